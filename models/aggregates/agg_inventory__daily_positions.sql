{% set day_by_day = 'partition by days.product_key, days.warehouse_key order by days.date_day' %}
{% set last_28_days = day_by_day ~ ' rows between 27 preceding and current row' %}

with

movements as (

    select *
    from {{ ref('agg_inventory__daily_movements') }}

),

-- A product is in a warehouse from its first movement there.
stocked_products as (

    select
        product_key,
        warehouse_key,
        min(movement_date) as first_movement_date
    from movements
    group by product_key, warehouse_key

),

days as (

    select
        stocked_products.product_key,
        stocked_products.warehouse_key,
        calendar.date_day
    from stocked_products
    inner join {{ ref('dim_date') }} as calendar
        on
            stocked_products.first_movement_date <= calendar.date_day
            and calendar.date_day <= {{ as_of() }}

),

daily_balances as (

    select
        days.date_day,
        days.product_key,
        days.warehouse_key,
        coalesce(movements.net_quantity, 0) as net_quantity,
        coalesce(movements.initial_quantity, 0) as initial_quantity,
        coalesce(movements.received_quantity, 0) as received_quantity,
        coalesce(movements.sold_quantity, 0) as sold_quantity,
        coalesce(movements.returned_quantity, 0) as returned_quantity,
        coalesce(movements.transferred_quantity, 0) as transferred_quantity,
        coalesce(movements.adjusted_quantity, 0) as adjusted_quantity,
        sum(coalesce(movements.net_quantity, 0)) over (
            {{ day_by_day }} rows between unbounded preceding and current row
        ) as closing_quantity,
        sum(coalesce(movements.sold_quantity, 0)) over ({{ last_28_days }}) as sold_quantity_28_days,
        count(*) over ({{ last_28_days }}) as days_observed
    from days
    left join movements
        on
            days.product_key = movements.product_key
            and days.warehouse_key = movements.warehouse_key
            and days.date_day = movements.movement_date

),

-- What is asked for on a day is what days on which the product was there have sold, of the last 28.
balances_with_demand as (

    select
        days.*,
        cast(greatest(coalesce(
            sum(case when days.closing_quantity > 0 then days.sold_quantity else 0 end) over ({{ last_28_days }}), 0
        ), 0) as double)
        / nullif(sum(case when days.closing_quantity > 0 then 1 else 0 end) over ({{ last_28_days }}), 0)
            as demand_per_day
    from daily_balances as days

),

balances_with_costs as (

    select
        daily_balances.*,
        versions.currency_code as cost_currency_code,
        coalesce(versions.product_status = 'discontinued', false) as is_discontinued,
        versions.list_price,
        {{ safe_money('daily_balances.closing_quantity * versions.standard_cost', 'versions.currency_code') }}
            as stock_value,
        {{ safe_money('daily_balances.sold_quantity * versions.standard_cost', 'versions.currency_code') }}
            as cost_of_goods_sold,
        rates.reporting_rate,
        daily_balances.date_day <= {{ complete_up_to(['stock']) }} as is_complete,
        -- Sales that were booked back by mistake may exceed those of the days.
        cast(greatest(coalesce(daily_balances.sold_quantity_28_days, 0), 0) as double)
        / nullif(daily_balances.days_observed, 0) as sold_per_day
    from balances_with_demand as daily_balances
    left join {{ ref('dim_product_version') }} as versions
        on
            daily_balances.product_key = versions.product_key
            and daily_balances.date_day >= {{ business_date('versions.valid_from') }}
            and (
                daily_balances.date_day < {{ business_date('versions.valid_to') }}
                or versions.valid_to is null
            )
    left join {{ ref('int_currency__daily_rates') }} as rates
        on
            daily_balances.date_day = rates.rate_date
            and versions.currency_code = rates.currency_code

),

-- A day without stock loses the demand that it did not sell before the last piece was gone.
balances_with_losses as (

    select
        *,
        cast(
            case
                when closing_quantity > 0 or is_discontinued then 0
                else round(greatest(coalesce(demand_per_day - greatest(coalesce(sold_quantity, 0), 0), 0), 0), 4)
            end as decimal(18, 4)
        ) as lost_quantity
    from balances_with_costs

),

balances_with_values as (

    select
        *,
        {{ safe_money('cast(lost_quantity as double) * cast(list_price as double)', 'cost_currency_code') }}
            as lost_sales
    from balances_with_losses

)

select
    ---------- keys
    date_day,
    product_key,
    warehouse_key,

    ---------- quantities: opening + movements = closing; unknown where the day's movements were not delivered
    {%- for quantity in ['opening', 'initial', 'received', 'sold', 'returned', 'transferred', 'adjusted', 'closing'] %}
        {%- set pieces = 'closing_quantity - net_quantity' if quantity == 'opening' else quantity ~ '_quantity' %}
        cast(case when is_complete then {{ pieces }} end as bigint) as {{ quantity }}_quantity,
    {%- endfor %}

    ---------- values in the reporting currency: nothing is worth nothing, whatever it costs
    {%- for value, quantity in [
        ('stock_value', none), ('cost_of_goods_sold', 'sold_quantity'), ('lost_sales', 'lost_quantity'),
    ] %}
        case
            when not is_complete or date_day > {{ complete_up_to(['cost']) }} then null
            {%- if quantity %}
                when {{ quantity }} = 0 then 0
            {%- endif %}
            else {{ convert(value, 'cost_currency_code', 'reporting_rate') }}
        end as {{ value }}_reporting,
    {%- endfor %}

    ---------- demand and cover
    cast(case when is_complete then round(sold_per_day, 4) end as decimal(18, 4)) as sold_per_day,
    cast(
        case
            when is_complete
                then round(cast(greatest(coalesce(closing_quantity, 0), 0) as double) / nullif(sold_per_day, 0), 1)
        end as decimal(18, 1)
    ) as days_of_cover,
    case when is_complete then closing_quantity <= 0 end as is_stocked_out,
    is_discontinued,
    case when is_complete then lost_quantity end as lost_quantity
from balances_with_values
