select
    ---------- keys
    source_name,
    table_name,

    ---------- attributes
    case
        when newest_landing_day is null then 'never_landed'
        when days_late > 0 then 'late'
        when every_days is null then 'on_change'
        else 'on_time'
    end as delivery_status,
    every_days,
    as_of_date,
    newest_landing_day,
    due_on,
    complete_up_to,

    ---------- measures
    landing_days,
    days_late
from {{ ref('int_delivery__tables') }}
