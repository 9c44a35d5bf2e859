{{ sales_kpis('date_day', by_country=true) }}
