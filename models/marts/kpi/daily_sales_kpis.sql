{{ sales_kpis('date_day') }}
