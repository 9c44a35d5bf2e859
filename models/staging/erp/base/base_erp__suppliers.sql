{{ base_table('erp', 'suppliers') }}
