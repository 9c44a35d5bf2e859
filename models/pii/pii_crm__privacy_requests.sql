{{ config(unique_key='request_id') }}
{{ clear_values('crm', 'privacy_requests') }}
