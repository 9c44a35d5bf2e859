{{
    quarantine('fx', tables=[
        'daily_rates',
    ])
}}
