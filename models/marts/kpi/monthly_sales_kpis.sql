{{ sales_kpis('month_start') }}
