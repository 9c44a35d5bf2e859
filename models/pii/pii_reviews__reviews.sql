{{ config(unique_key='review_id') }}
{{ clear_values('reviews', 'reviews') }}
