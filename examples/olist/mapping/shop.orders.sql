-- One row per order and status that it passed through.
with

totals as (

    select
        order_id,
        sum(price) as items_amount,
        sum(freight_value) as shipping_amount
    from items
    group by order_id

),

steps as (

    select order_id, 1 as step, 'pending' as status, ordered_at as reached_at
    from orders
    union all
    select order_id, 2, 'paid', approved_at from orders
    union all
    select order_id, 3, 'shipped', shipped_at from orders
    union all
    select order_id, 4, 'delivered', delivered_at from orders
    union all
    select order_id, 5, order_status, null from orders
    where
        order_status is null
        or order_status not in ('pending', 'paid', 'shipped', 'delivered')

),

-- The order's own status ends the log. Where the files do not say when it was
-- reached, it was by the time they were written.
reached as (

    select
        steps.order_id,
        steps.step,
        steps.status,
        coalesce(steps.reached_at, export.exported_at) as reached_at
    from steps
    inner join orders
        on steps.order_id = orders.order_id
    cross join export
    inner join steps as final
        on
            orders.order_id = final.order_id
            and orders.order_status is not distinct from final.status
    where
        steps.step <= final.step
        and (steps.reached_at is not null or steps.step = final.step)

),

-- A status that a later one overtook (a carrier that scanned the parcel before
-- the payment was approved) was never the order's state.
passed as (

    select *
    from reached
    qualify
        coalesce(reached_at < min(reached_at) over (
            partition by order_id
            order by step
            rows between 1 following and unbounded following
        ), true)

)

select
    orders.order_id,
    orders.customer_id,
    'marketplace' as sales_channel,
    passed.status as order_status,
    orders.address_id as shipping_address_id,
    'BR' as shipping_country_code,
    'BRL' as currency_code,
    -- An order whose items the files do not list adds up to nothing.
    coalesce(totals.items_amount, 0) as items_amount,
    coalesce(totals.shipping_amount, 0) as shipping_amount,
    coalesce(totals.items_amount + totals.shipping_amount, 0) as total_amount,
    orders.ordered_at,
    passed.reached_at as updated_at,
    case
        when row_number() over (
            partition by orders.order_id order by passed.step
        ) = 1 then 'c'
        else 'u'
    end as _op,
    passed.reached_at as _committed_at
from passed
inner join orders
    on passed.order_id = orders.order_id
left join totals
    on orders.order_id = totals.order_id
