{{ base_table('wms', 'warehouses') }}
