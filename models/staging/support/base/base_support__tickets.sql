{{ base_table('support', 'tickets') }}
