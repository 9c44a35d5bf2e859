{{ config(unique_key='address_id') }}
{{ clear_values('shop', 'addresses') }}
