{{ base_table('erp', 'purchase_orders') }}
