{#- The last day on which both stock and orders are known; the weeks begin after it. -#}
{% set last_day = complete_up_to(['stock', 'sales']) %}

with

-- Eight weeks back, counted from the last day, of what is still offered: what was ordered, and what was probably lost.
demand as (

    select
        balances.product_key,
        balances.warehouse_key,
        floor({{ days_between('balances.date_day', last_day) }} / 7) as weeks_ago,
        count(*) as day_count,
        sum(balances.ordered_quantity + coalesce(lost_sales.lost_quantity, 0)) as quantity
    from {{ ref('agg_inventory__daily_balances') }} as balances
    inner join (
        select
            product_key,
            warehouse_key
        from {{ ref('agg_inventory__daily_balances') }}
        where
            date_day = {{ last_day }}
            and not is_discontinued
    ) as offered
        on
            balances.product_key = offered.product_key
            and balances.warehouse_key = offered.warehouse_key
    left join {{ ref('agg_inventory__lost_sales') }} as lost_sales
        on
            balances.product_key = lost_sales.product_key
            and balances.warehouse_key = lost_sales.warehouse_key
            and balances.date_day = lost_sales.date_day
    where
        balances.date_day > {{ add_days(last_day, -56) }}
        and balances.date_day <= {{ last_day }}
    group by balances.product_key, balances.warehouse_key, weeks_ago

),

means as (

    select
        *,
        7 * cast(sum(quantity) over (partition by product_key, warehouse_key) as double)
        / sum(day_count) over (partition by product_key, warehouse_key) as mean
    from demand

),

-- By how much weeks vary beyond chance, of all products alike: the dispersion of a negative binomial, by the method of moments.
dispersion as (

    select
        greatest(
            coalesce(sum((quantity - mean) * (quantity - mean) - mean) / nullif(sum(mean * mean), 0), 0), 0
        ) as dispersion
    from means
    where day_count = 7

),

products_with_means as (

    select distinct
        product_key,
        warehouse_key,
        mean
    from means

),

weeks as (

    select distinct iso_week_start as week_start
    from {{ ref('dim_date') }}
    where
        iso_week_start > {{ last_day }}
        and iso_week_start <= {{ add_days(last_day, 56) }}

)

select
    ---------- keys
    products.product_key,
    products.warehouse_key,
    weeks.week_start,

    ---------- pieces that the week is expected to be asked for
    cast(round(products.mean, 4) as decimal(18, 4)) as expected_quantity,
    cast(round(products.mean, 4) as decimal(18, 4)) as p50_quantity,
    cast(
        round(
            products.mean + 1.2816 * sqrt(products.mean + dispersion.dispersion * products.mean * products.mean), 4
        ) as decimal(18, 4)
    ) as p90_quantity
from products_with_means as products
cross join dispersion
cross join weeks
