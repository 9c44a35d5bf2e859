{{ base_table('carts', 'carts') }}
