{% set cut_offs = var('product_classes') %}
{#- The last day on which both stock and orders are known. -#}
{% set last_day = complete_up_to(['stock', 'sales']) %}

with

products as (

    select
        products.*,
        suppliers.supplier_name,
        {{ last_day }} as as_of_date,
        {{ counted_up_to(['stock']) }} is not null as has_stock,
        {{ counted_up_to(['sales']) }} is not null as has_sales
    from {{ ref('dim_product') }} as products
    left join {{ ref('dim_supplier') }} as suppliers
        on products.supplier_key = suppliers.supplier_key
    where products.product_id is not null

),

products_with_stages as (

    select
        products.*,
        case
            when products.product_status = 'discontinued' or products.is_deleted then 'discontinued'
            when
                coalesce(products.launched_on, trends.first_week)
                > {{ add_days('products.as_of_date', -cut_offs.new_days) }}
                then 'new'
            when
                trends.earlier_quantity >= {{ cut_offs.fading_least_quantity }}
                and trends.recent_share < {{ cut_offs.fading_share }} * trends.earlier_share
                then 'fading'
            else 'running'
        end as lifecycle_stage,
        coalesce(
            stocks.on_hand_quantity > 0
            and ages.oldest_age_days >= {{ cut_offs.dead_stock_days }}
            and coalesce(stocks.last_sold_on <= {{ add_days('products.as_of_date', -cut_offs.dead_stock_days) }}, true),
            false
        ) as is_dead_stock,
        stocks.product_key is null as was_never_stocked,
        stocks.on_hand_quantity,
        stocks.stock_value,
        stocks.turnover,
        stocks.sell_through_rate,
        ages.oldest_age_days,
        ages.mean_age_days,
        ages.share_over_90_days,
        ages.share_over_180_days
    from products
    left join {{ ref('agg_product__demand_trends') }} as trends
        on products.product_key = trends.product_key
    left join {{ ref('agg_product__stock_turnover') }} as stocks
        on products.product_key = stocks.product_key
    left join {{ ref('agg_product__stock_ages') }} as ages
        on products.product_key = ages.product_key

)

select
    ---------- key
    products.product_key,
    products.as_of_date,

    ---------- attributes
    products.product_id,
    products.product_name,
    products.category_code,
    products.supplier_name,
    products.product_status,
    products.launched_on,

    ---------- classes
    case
        when not products.has_sales then null
        when margins.product_key is null then 'C'
        else margins.abc_class
    end as abc_class,
    patterns.xyz_class,
    case
        when patterns.product_key is not null then patterns.demand_pattern
        when products.has_sales then 'none'
    end as demand_pattern,
    products.lifecycle_stage,

    ---------- margin and demand
    cast(
        case
            when margins.product_key is not null then margins.margin_amount
            when products.has_sales then 0
        end as decimal(18, 3)
    ) as margin_amount,
    cast(
        case
            when patterns.product_key is not null then patterns.demand_per_week
            when products.has_sales then 0
        end as decimal(18, 4)
    ) as demand_per_week,
    cast(patterns.variation as decimal(18, 4)) as demand_variation,
    cast(patterns.demand_interval as decimal(18, 4)) as demand_interval_weeks,
    cast(patterns.size_variation as decimal(18, 4)) as demand_size_variation,

    ---------- stock
    cast(case when products.has_stock then coalesce(products.on_hand_quantity, 0) end as bigint) as on_hand_quantity,
    cast(
        case
            when products.has_stock and products.was_never_stocked then 0
            else products.stock_value
        end as decimal(18, 3)
    ) as stock_value,
    {{ safe_decimal('round(products.turnover, 4)', 18, 4) }} as turnover,
    {{ safe_decimal('round(products.sell_through_rate, 4)', 18, 4) }} as sell_through_rate,
    cast(products.oldest_age_days as bigint) as oldest_age_days,
    cast(round(products.mean_age_days, 1) as decimal(18, 1)) as mean_age_days,
    cast(round(products.share_over_90_days, 4) as decimal(18, 4)) as share_over_90_days,
    cast(round(products.share_over_180_days, 4) as decimal(18, 4)) as share_over_180_days,
    case when products.has_stock then products.is_dead_stock end as is_dead_stock,
    cast(
        case
            when products.has_stock and not products.is_dead_stock then 0
            when products.is_dead_stock then products.stock_value
        end as decimal(18, 3)
    ) as dead_stock_value
from products_with_stages as products
left join {{ ref('agg_product__margin_classes') }} as margins
    on products.product_key = margins.product_key
left join {{ ref('agg_product__demand_patterns') }} as patterns
    on products.product_key = patterns.product_key
