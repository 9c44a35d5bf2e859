{{ config(unique_key='customer_id') }}
{{ clear_values('shop', 'customers') }}
