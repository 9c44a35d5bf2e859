{{ clear_values('support', 'messages') }}
