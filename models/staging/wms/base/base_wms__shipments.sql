{{ base_table('wms', 'shipments') }}
