-- One row per customer number that this file is the first to name.
select
    customer_id,
    arg_min(country_code, booked_at) as country_code,
    min(booked_at) as registered_at,
    'c' as _op,
    min(booked_at) as _committed_at
from lines
where customer_id is not null
group by customer_id
having min(day) = (select max(day) from lines)
