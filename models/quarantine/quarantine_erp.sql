{{
    quarantine('erp', tables=[
        'products',
        'suppliers',
        'supplier_prices',
        'purchase_orders',
        'purchase_order_lines',
    ])
}}
