-- One row per person. `customer_id` of the files is new for every order;
-- `customer_unique_id` is the person.
select
    customer_id,
    'BR' as country_code,
    -- Required, and not in the files: the first order is the earliest sign of
    -- the account.
    min(ordered_at) as registered_at,
    'c' as _op,
    min(ordered_at) as _committed_at
from orders
where customer_id is not null
group by customer_id
