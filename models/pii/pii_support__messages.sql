{{ config(unique_key='message_id') }}
{{ clear_values('support', 'messages') }}
