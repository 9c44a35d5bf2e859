{{ base_table('wms', 'stock_counts') }}
