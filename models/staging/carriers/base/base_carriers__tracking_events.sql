{{ base_table('carriers', 'tracking_events') }}
