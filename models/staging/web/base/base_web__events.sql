{{ base_table('web', 'events') }}
