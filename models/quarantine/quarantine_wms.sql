{{
    quarantine('wms', tables=[
        'warehouses',
        'inventory_movements',
        'stock_counts',
        'shipments',
        'returns',
    ])
}}
