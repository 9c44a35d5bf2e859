{{ base_table('shop', 'addresses') }}
