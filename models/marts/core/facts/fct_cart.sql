{{ config(unique_key='cart_id', cluster_by='cart_date') }}

{% set stg_carts = ref('stg_carts__carts') %}
{% set daily_rates = ref('int_currency__daily_rates') %}

with

carts as (

    select
        *,
        {{ business_date('created_at') }} as cart_date
    from {{ stg_carts }}
    {{ where_keys_changed('cart_id', [stg_carts, keys_with_new_rates(stg_carts, 'cart_id', 'created_at')]) }}

),

-- Not the view of all items: engines take every cart of history apart before they look which are touched.
items as (

    {{ parts('carts', 'carts', 'items', of='carts') }}

),

contents as (

    select
        items.cart_id,
        count(*) as item_count,
        sum(items.quantity) as unit_count,
        {{ null_propagating_sum(safe_money('items.quantity * items.unit_price', 'carts.currency_code')) }}
            as cart_amount
    from items
    inner join carts
        on items.cart_id = carts.cart_id
    group by items.cart_id

),

carts_with_items as (

    select
        carts.*,
        coalesce(contents.item_count, 0) as item_count,
        coalesce(contents.unit_count, 0) as unit_count,
        case when contents.cart_id is null then 0 else contents.cart_amount end as cart_amount
    from carts
    left join contents
        on carts.cart_id = contents.cart_id

)

select
    ---------- keys
    carts_with_items.cart_id,
    coalesce(carts_with_items.customer_key, 'unknown') as customer_key,
    carts_with_items.session_id,
    carts_with_items.order_id,
    carts_with_items.cart_date,

    ---------- attributes
    carts_with_items.cart_status,
    carts_with_items.country_code,
    carts_with_items.currency_code,

    ---------- measures
    cast(carts_with_items.item_count as bigint) as item_count,
    cast(carts_with_items.unit_count as bigint) as unit_count,
    cast(carts_with_items.cart_amount as decimal(18, 3)) as cart_amount,
    {{ convert('carts_with_items.cart_amount', 'carts_with_items.currency_code', 'rates.reporting_rate') }}
        as cart_amount_reporting,

    ---------- timestamps
    carts_with_items.created_at,
    carts_with_items.updated_at,

    ---------- technical
    false as _is_deleted,
    {{ current_load_id() }} as _load_id
from carts_with_items
left join {{ daily_rates }} as rates
    on
        carts_with_items.cart_date = rates.rate_date
        and carts_with_items.currency_code = rates.currency_code
