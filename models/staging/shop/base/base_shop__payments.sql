{{ base_table('shop', 'payments') }}
