{{ base_table('shop', 'refunds') }}
