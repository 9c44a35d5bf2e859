{% set plan = var('reorder_plan') %}

with

points as (

    select
        points.*,
        products.product_id,
        products.product_name,
        products.category_code,
        warehouses.warehouse_id,
        warehouses.country_code,
        coalesce(points.supplier_name, 'the supplier') as supplier
    from {{ ref('pred_inventory__reorder_points') }} as points
    inner join {{ ref('dim_product') }} as products
        on points.product_key = products.product_key
    inner join {{ ref('dim_warehouse') }} as warehouses
        on points.warehouse_key = warehouses.warehouse_key

),

actions as (

    select
        points.*,
        transfers.from_warehouse_id,
        prices.unit_cost,
        prices.currency_code,
        rates.reporting_rate,
        case
            when points.is_discontinued and points.on_hand_quantity > 0 then 'run_down'
            when transfers.quantity > 0 then 'transfer'
            when points.missing_quantity > 0 then 'order'
            when
                not points.is_discontinued
                and points.on_order_quantity > 0
                and points.days_available < points.lead_time_days
                and (points.days_available < points.days_until_next or points.days_until_next is null)
                then 'expedite'
        end as action,
        transfers.quantity as transfer_quantity,
        case
            when points.missing_quantity >= coalesce(prices.minimum_quantity, 0) then points.missing_quantity
            when points.missing_quantity is not null then prices.minimum_quantity
        end as order_quantity
    from points
    left join {{ ref('pred_inventory__transfers') }} as transfers
        on
            points.product_key = transfers.product_key
            and points.warehouse_key = transfers.warehouse_key
    left join {{ ref('dim_supplier_price_version') }} as prices
        on
            points.supplier_key = prices.supplier_key
            and points.product_key = prices.product_key
            and prices.is_current
    left join {{ ref('int_currency__daily_rates') }} as rates
        on
            points.as_of_date = rates.rate_date
            and prices.currency_code = rates.currency_code

),

actions_with_effects as (

    select
        *,
        case action
            when 'run_down' then on_hand_quantity
            when 'transfer' then transfer_quantity
            when 'order' then order_quantity
            else on_order_quantity
        end as quantity,
        -- An order can wait until what is there and on its way lasts no longer than the delivery, but not for the next review.
        case
            when action = 'order' and demand_per_day > 0
                then least(
                    coalesce(
                        greatest(
                            coalesce(
                                floor(cast(position_quantity as double) / nullif(demand_per_day, 0) - lead_time_days), 0
                            ), 0
                        ), 0
                    ), {{ plan.review_days }}
                )
            else 0
        end as days_to_act,
        case
            when demand_per_day = 0 then null
            when action = 'order' and days_left >= lead_time_days
                then cast(position_quantity + order_quantity as double) / nullif(demand_per_day, 0)
            when action = 'transfer' and days_left >= {{ plan.transfer_days }}
                then
                    cast(available_quantity + transfer_quantity + on_order_quantity - overdue_quantity as double)
                    / nullif(demand_per_day, 0)
            when action = 'expedite' then cast(position_quantity as double) / nullif(demand_per_day, 0)
            else days_left
        end as days_left_with_action
    from actions
    where action is not null

),

dated as (

    select
        *,
        case when action <> 'run_down' then {{ add_days('as_of_date', 'days_to_act') }} end as act_by,
        -- Later than in a hundred years is no day to plan for.
        case when days_left <= 36500 then {{ add_days('as_of_date', 'floor(days_left)') }} end as runs_out_on,
        case when days_left_with_action <= 36500 then {{ add_days('as_of_date', 'floor(days_left_with_action)') }} end
            as runs_out_on_with_action,
        cast(cast(demand_per_day as decimal(18, 2)) as varchar) || ' a day' as pace
    from actions_with_effects

)

select
    ---------- keys
    product_key,
    warehouse_key,
    as_of_date,

    ---------- attributes
    product_id,
    product_name,
    category_code,
    abc_class,
    warehouse_id,
    country_code,
    supplier_name,

    ---------- what to do
    action,
    cast(quantity as bigint) as quantity,
    act_by,
    from_warehouse_id,
    case
        when action = 'order'
            then {{ convert(
                safe_money('order_quantity * unit_cost', 'currency_code'), 'currency_code', 'reporting_rate'
            ) }}
    end as cost_amount,

    ---------- why
    cast(on_hand_quantity as bigint) as on_hand_quantity,
    cast(available_quantity as bigint) as available_quantity,
    on_order_quantity,
    overdue_quantity,
    next_expected_on,
    cast(demand_per_day as decimal(18, 4)) as demand_per_day,
    cast(lead_time_days as decimal(18, 1)) as lead_time_days,
    cast(service_level as decimal(18, 4)) as service_level,
    safety_stock,
    reorder_point,
    runs_out_on,
    runs_out_on_with_action,
    case action
        when 'run_down'
            then 'Sell the ' || cast(quantity as varchar) || ' pieces that are left: the product is discontinued.'
        when 'transfer'
            then
                'Move ' || cast(quantity as varchar) || ' pieces from ' || from_warehouse_id
                || ', which can spare them: '
        when 'order'
            then
                'Order ' || cast(quantity as varchar) || ' pieces from ' || supplier
                || ' by ' || cast(act_by as varchar) || ': '
        else
            'Ask ' || supplier || ' for the ' || cast(quantity as varchar) || ' pieces on order, '
            || cast(overdue_quantity as varchar) || ' of them overdue: ' || cast(available_quantity as varchar)
            || ' available pieces last until ' || cast(runs_out_on as varchar) || ' at ' || pace || ', '
            || coalesce(
                'and the next ones are promised for ' || cast(next_expected_on as varchar),
                'and no later day is promised'
            ) || '.'
    end
    || case
        when action in ('transfer', 'order')
            then
                cast(available_quantity as varchar) || ' available and ' || cast(on_order_quantity as varchar)
                || ' on order are fewer than ' || cast(reorder_point as varchar) || ', the demand of '
                || cast(cast(lead_time_days as decimal(18, 1)) as varchar) || ' days of delivery and '
                || '{{ plan.review_days }} until the next review at ' || pace || ', with '
                || cast(safety_stock as varchar) || ' pieces for safety.'
        else ''
    end as reason
from dated
