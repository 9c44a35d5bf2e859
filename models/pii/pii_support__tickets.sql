{{ config(unique_key='ticket_id') }}
{{ clear_values('support', 'tickets') }}
