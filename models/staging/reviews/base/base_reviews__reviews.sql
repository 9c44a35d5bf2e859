{{ base_table('reviews', 'reviews') }}
