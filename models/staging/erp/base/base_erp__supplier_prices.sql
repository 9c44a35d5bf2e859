{{ base_table('erp', 'supplier_prices') }}
