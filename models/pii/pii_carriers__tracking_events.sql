{{ clear_values('carriers', 'tracking_events') }}
