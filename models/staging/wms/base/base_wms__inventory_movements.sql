{{ base_table('wms', 'inventory_movements') }}
