{{ base_table('support', 'messages') }}
