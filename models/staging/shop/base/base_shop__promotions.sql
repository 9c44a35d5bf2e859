{{ base_table('shop', 'promotions') }}
