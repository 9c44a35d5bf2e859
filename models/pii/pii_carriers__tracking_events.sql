{{ config(unique_key=['tracking_number', 'event_type', 'occurred_at']) }}
{{ clear_values('carriers', 'tracking_events') }}
