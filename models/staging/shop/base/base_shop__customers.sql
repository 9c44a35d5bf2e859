{{ base_table('shop', 'customers') }}
