{{ config(severity='warn', store_failures=true) }}

-- Tables of which a delivery was due, by landing days, and has not come.
select
    source_name,
    table_name,
    newest_landing_day,
    due_on,
    as_of_date,
    days_late
from {{ ref('table_freshness') }}
where delivery_status = 'late'
