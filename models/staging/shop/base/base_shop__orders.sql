{{ base_table('shop', 'orders') }}
