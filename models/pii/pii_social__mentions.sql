{{ config(unique_key='mention_id') }}
{{ clear_values('social', 'mentions') }}
