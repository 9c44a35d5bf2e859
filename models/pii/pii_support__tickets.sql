{{ clear_values('support', 'tickets') }}
