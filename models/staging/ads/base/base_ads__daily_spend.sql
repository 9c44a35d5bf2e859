{{ base_table('ads', 'daily_spend') }}
