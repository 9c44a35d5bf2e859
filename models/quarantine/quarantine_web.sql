{{
    quarantine('web', tables=[
        'events',
    ])
}}
