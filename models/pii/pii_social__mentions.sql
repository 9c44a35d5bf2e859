{{ clear_values('social', 'mentions') }}
