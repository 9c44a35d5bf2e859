{% set offers = offers() %}
{#- Prices and rates are of the day that the marts are as of, what is available of the last day on which stock and orders are known. -#}
{% set last_day = counted_up_to(['stock', 'sales']) %}

with

-- How much of what customers of a country pay is tax, by a year of its purchases.
tax_shares as (

    select
        shipping_country_code as country_code,
        cast(sum(tax_amount_reporting) as double) / nullif(cast(sum(net_amount_reporting) as double), 0) as tax_share
    from {{ ref('fct_order') }}
    where
        is_purchase
        and order_date > {{ add_days(as_of(), -365) }}
        and order_date <= {{ as_of() }}
    group by shipping_country_code

),

-- In the warehouse that ships to the country.
stock as (

    select
        balances.product_key,
        served.country_code,
        sum(case when balances.date_day = {{ last_day }} then balances.available_quantity end) as available_quantity,
        max(case when balances.available_quantity <= 0 then balances.date_day end) as last_out_on
    from {{ ref('agg_inventory__daily_balances') }} as balances
    inner join {{ ref('agg_warehouse__served_countries') }} as served
        on balances.warehouse_key = served.warehouse_key
    where
        balances.date_day > {{ add_days(last_day, -offers.back_in_stock_within_days) }}
        and balances.date_day <= {{ last_day }}
    group by balances.product_key, served.country_code

),

products as (

    select
        products.product_key,
        {{ convert('products.list_price', 'products.currency_code', 'rates.reporting_rate') }} as list_price_amount,
        {{ convert('products.standard_cost', 'products.currency_code', 'rates.reporting_rate') }} as cost_amount
    from {{ ref('dim_product') }} as products
    left join {{ ref('int_currency__daily_rates') }} as rates
        on
            products.currency_code = rates.currency_code
            and rates.rate_date = {{ as_of() }}
    where
        products.product_key <> 'unknown'
        and not products.is_deleted

)

select
    ---------- keys
    products.product_key,
    tax_shares.country_code,

    ---------- a piece, in the reporting currency
    products.list_price_amount,
    {{ safe_decimal(
        'round(cast(products.list_price_amount as double) * (1 - tax_shares.tax_share), '
        ~ minor_unit(var('reporting_currency')) ~ ')'
    ) }} as net_price_amount,
    products.cost_amount,

    ---------- stock
    cast(stock.available_quantity as bigint) as available_quantity,
    case when stock.available_quantity > 0 then {{ add_days('stock.last_out_on', 1) }} end as back_in_stock_on
from products
cross join tax_shares
left join stock
    on
        products.product_key = stock.product_key
        and tax_shares.country_code = stock.country_code
