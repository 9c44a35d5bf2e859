{{ config(unique_key='response_id') }}
{{ clear_values('surveys', 'nps_responses') }}
