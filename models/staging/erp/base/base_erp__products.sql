{{ base_table('erp', 'products') }}
