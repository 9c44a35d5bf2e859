{{ base_table('fx', 'daily_rates') }}
