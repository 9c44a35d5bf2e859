{{ base_table('erp', 'purchase_order_lines') }}
