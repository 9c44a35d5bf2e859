{{ config(materialized='view') }}
{{ parts('reviews', 'reviews', 'aspects') }}
