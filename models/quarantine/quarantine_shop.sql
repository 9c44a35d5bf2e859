{{
    quarantine('shop', tables=[
        'customers',
        'addresses',
        'promotions',
        'orders',
        'order_items',
        'payments',
        'refunds',
    ])
}}
