{% set plan = var('reorder_plan') %}
{#- The last day on which stock, orders and purchase orders are known. -#}
{% set last_day = complete_up_to(['stock', 'sales', 'purchases']) %}

with

demand as (

    select
        product_key,
        warehouse_key,
        cast(sum(expected_quantity) as double) / nullif(7 * count(*), 0) as demand_per_day,
        sqrt(cast(sum(deviation_quantity * deviation_quantity) as double) / nullif(7 * count(*), 0))
            as deviation_per_day
    from {{ ref('pred_demand__outlook') }}
    group by product_key, warehouse_key

),

open_lines as (

    select
        product_key,
        warehouse_key,
        sum(open_quantity) as on_order_quantity,
        sum(case when expected_on < {{ last_day }} then open_quantity else 0 end) as overdue_quantity,
        min(case when expected_on >= {{ last_day }} then expected_on end) as next_expected_on
    from {{ ref('agg_purchase_order__receipts') }}
    where
        open_quantity > 0
        and order_date <= {{ last_day }}
    group by product_key, warehouse_key

),

-- A few deliveries say more about a supplier than its promise; fewer do not.
suppliers as (

    select
        suppliers.supplier_key,
        suppliers.supplier_name,
        case
            when lead_times.lead_time_count >= {{ plan.least_deliveries }} then lead_times.lead_time_mean
            else suppliers.lead_time_days
        end as lead_time_days,
        case
            when lead_times.lead_time_count >= {{ plan.least_deliveries }} then lead_times.lead_time_standard_deviation
            else 0
        end as lead_time_deviation
    from {{ ref('dim_supplier') }} as suppliers
    left join {{ ref('agg_supplier__lead_times') }} as lead_times
        on suppliers.supplier_key = lead_times.supplier_key

),

stocks as (

    select
        balances.product_key,
        balances.warehouse_key,
        products.supplier_key,
        suppliers.supplier_name,
        balances.is_discontinued or products.is_deleted as is_discontinued,
        coalesce(margins.abc_class, 'C') as abc_class,
        balances.closing_quantity as on_hand_quantity,
        -- Less than nothing on hand is a mistake of the books, and nothing that could be bought.
        greatest(coalesce(balances.closing_quantity, 0), 0) - balances.reserved_quantity as available_quantity,
        coalesce(open_lines.on_order_quantity, 0) as on_order_quantity,
        coalesce(open_lines.overdue_quantity, 0) as overdue_quantity,
        open_lines.next_expected_on,
        round(coalesce(demand.demand_per_day, 0), 4) as demand_per_day,
        coalesce(demand.deviation_per_day, 0) as deviation_per_day,
        round(cast(suppliers.lead_time_days as double), 1) as lead_time_days,
        cast(suppliers.lead_time_deviation as double) as lead_time_deviation
    from {{ ref('agg_inventory__daily_balances') }} as balances
    inner join {{ ref('dim_product') }} as products
        on balances.product_key = products.product_key
    left join demand
        on
            balances.product_key = demand.product_key
            and balances.warehouse_key = demand.warehouse_key
    left join open_lines
        on
            balances.product_key = open_lines.product_key
            and balances.warehouse_key = open_lines.warehouse_key
    left join suppliers
        on products.supplier_key = suppliers.supplier_key
    left join {{ ref('agg_product__margin_classes') }} as margins
        on products.product_key = margins.product_key
    where balances.date_day = {{ last_day }}

),

stocks_with_safety as (

    select
        stocks.*,
        levels.service_level,
        levels.safety_factor * sqrt(
            (stocks.lead_time_days + {{ plan.review_days }}) * stocks.deviation_per_day * stocks.deviation_per_day
            + stocks.demand_per_day * stocks.demand_per_day * stocks.lead_time_deviation * stocks.lead_time_deviation
        ) as safety_quantity
    from stocks
    left join {{ ref('service_levels') }} as levels
        on stocks.abc_class = levels.abc_class

),

-- Whole pieces; rounded before, so that both engines cut at the same place.
stocks_with_points as (

    select
        *,
        ceil(round(safety_quantity, 4)) as safety_stock,
        ceil(round(demand_per_day * (lead_time_days + {{ plan.review_days }}) + safety_quantity, 4)) as reorder_point,
        ceil(round(demand_per_day * (lead_time_days + {{ plan.review_days + plan.cover_days }}) + safety_quantity, 4))
            as order_up_to
    from stocks_with_safety

),

stocks_with_needs as (

    select
        *,
        available_quantity + on_order_quantity as position_quantity,
        not is_discontinued and available_quantity + on_order_quantity < reorder_point as is_short,
        case
            when demand_per_day > 0
                then cast(greatest(coalesce(available_quantity, 0), 0) as double) / nullif(demand_per_day, 0)
        end as days_available,
        {{ days_between(last_day, 'next_expected_on') }} as days_until_next
    from stocks_with_points

)

select
    ---------- keys
    product_key,
    warehouse_key,
    {{ last_day }} as as_of_date,
    supplier_key,

    ---------- attributes
    supplier_name,
    abc_class,
    is_discontinued,
    next_expected_on,
    days_until_next,

    ---------- quantities
    on_hand_quantity,
    cast(available_quantity as bigint) as available_quantity,
    cast(on_order_quantity as bigint) as on_order_quantity,
    cast(overdue_quantity as bigint) as overdue_quantity,
    cast(position_quantity as bigint) as position_quantity,
    demand_per_day,
    lead_time_days,
    service_level,
    cast(safety_stock as bigint) as safety_stock,
    cast(reorder_point as bigint) as reorder_point,
    cast(case when is_short then order_up_to - position_quantity end as bigint) as missing_quantity,
    cast(
        case
            when is_discontinued then 0
            when demand_per_day = 0 then greatest(coalesce(available_quantity, 0), 0)
            else greatest(coalesce(available_quantity - coalesce(order_up_to, available_quantity), 0), 0)
        end as bigint
    ) as spare_quantity,

    ---------- days that the stock lasts, with what is promised in time
    days_available,
    case
        when days_until_next <= days_available
            then
                cast(available_quantity + on_order_quantity - overdue_quantity as double) / nullif(demand_per_day, 0)
        else days_available
    end as days_left
from stocks_with_needs
