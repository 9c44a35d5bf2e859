{{ clear_values('reviews', 'reviews') }}
