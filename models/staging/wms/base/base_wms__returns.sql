{{ base_table('wms', 'returns') }}
