{#- A view: kpi.daily_inventory and inventory.daily_inventory_position read it once each, and it is as long as both stocks and days. -#}
{{ config(materialized='view') }}

{% set movements = ['initial', 'received', 'sold', 'returned', 'transferred', 'adjusted', 'shrinkage'] %}
{% set all_days = 'partition by balances.product_key, balances.warehouse_key order by balances.date_day' %}

with

balances as (

    select
        balances.*,
        coalesce(lost_sales.lost_quantity, 0) as lost_quantity,
        count_differences.unbooked_quantity,
        max(case when balances.available_quantity > 0 then balances.date_day end)
            over ({{ all_days }} rows between unbounded preceding and current row) as last_available_day,
        min(balances.date_day) over (partition by balances.product_key, balances.warehouse_key) as first_day,
        balances.date_day <= {{ complete_up_to(['stock']) }} as is_complete,
        coalesce(balances.date_day <= {{ counted_up_to(['stock', 'sales']) }}, false) as has_orders,
        coalesce(balances.date_day <= {{ counted_up_to(['stock', 'purchases']) }}, false) as has_purchases,
        balances.date_day <= {{ complete_up_to(['cost']) }} as has_costs
    from {{ ref('agg_inventory__daily_balances') }} as balances
    left join {{ ref('agg_inventory__lost_sales') }} as lost_sales
        on
            balances.product_key = lost_sales.product_key
            and balances.warehouse_key = lost_sales.warehouse_key
            and balances.date_day = lost_sales.date_day
    left join {{ ref('agg_inventory__count_differences') }} as count_differences
        on
            balances.product_key = count_differences.product_key
            and balances.warehouse_key = count_differences.warehouse_key
            and balances.date_day = count_differences.count_date

),

balances_with_values as (

    select
        balances.*,
        rates.reporting_rate,
        {{ safe_money('balances.closing_quantity * balances.standard_cost', 'balances.currency_code') }} as stock_value,
        {{ safe_money('balances.sold_quantity * balances.standard_cost', 'balances.currency_code') }}
            as cost_of_goods_sold,
        {{ safe_money(
            'cast(balances.lost_quantity as double) * cast(balances.list_price as double)', 'balances.currency_code'
        ) }} as lost_sales
    from balances
    left join {{ ref('int_currency__daily_rates') }} as rates
        on
            balances.date_day = rates.rate_date
            and balances.currency_code = rates.currency_code

)

select
    ---------- keys
    date_day,
    product_key,
    warehouse_key,

    ---------- quantities: opening + movements = closing; unknown where the day's movements were not delivered
    cast(case when is_complete then closing_quantity - net_quantity end as bigint) as opening_quantity,
    {%- for movement in movements %}
        cast(case when is_complete then {{ movement }}_quantity end as bigint) as {{ movement }}_quantity,
    {%- endfor %}
    cast(case when is_complete then closing_quantity end as bigint) as closing_quantity,
    cast(case when is_complete then unbooked_quantity end as bigint) as unbooked_count_quantity,

    ---------- what of it is promised, and what is on its way; unknown too where orders and purchases were not
    cast(case when has_orders then reserved_quantity end as bigint) as reserved_quantity,
    cast(case when has_orders then available_quantity end as bigint) as available_quantity,
    cast(case when has_purchases then purchases_in_transit_quantity end as bigint) as purchases_in_transit_quantity,
    cast(case when is_complete then transfers_in_transit_quantity end as bigint) as transfers_in_transit_quantity,

    ---------- values in the reporting currency: nothing is worth nothing, whatever it costs
    {%- for value, quantity, is_known in [
        ('stock_value', none, 'is_complete'), ('cost_of_goods_sold', 'sold_quantity', 'is_complete'),
        ('lost_sales', 'lost_quantity', 'has_orders'),
    ] %}
        case
            when not {{ is_known }} or not has_costs then null
            {%- if quantity %}
                when {{ quantity }} = 0 then 0
            {%- endif %}
            else {{ convert(value, 'currency_code', 'reporting_rate') }}
        end as {{ value }}_reporting,
    {%- endfor %}

    ---------- demand and cover
    cast(case when has_orders then ordered_quantity end as bigint) as ordered_quantity,
    cast(case when is_complete then round(sold_per_day, 4) end as decimal(18, 4)) as sold_per_day,
    cast(
        case
            when is_complete
                then round(cast(greatest(coalesce(closing_quantity, 0), 0) as double) / nullif(sold_per_day, 0), 1)
        end as decimal(18, 1)
    ) as days_of_cover,
    case when is_complete then closing_quantity <= 0 end as is_stocked_out,
    cast(
        case
            when has_orders
                then {{ days_between('coalesce(last_available_day, ' ~ add_days('first_day', -1) ~ ')', 'date_day') }}
        end as bigint
    ) as days_without_stock,
    is_discontinued,
    cast(case when has_orders then lost_quantity end as decimal(18, 4)) as lost_quantity
from balances_with_values
