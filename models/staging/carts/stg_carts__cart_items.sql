{{ config(materialized='view') }}
{{ parts('carts', 'carts', 'items') }}
