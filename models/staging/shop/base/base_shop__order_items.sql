{{ base_table('shop', 'order_items') }}
