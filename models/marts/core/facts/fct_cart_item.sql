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

-- A cart that was emptied stands here once, and its items go.
items_of_carts as (

    select
        carts.cart_id,
        items.position as item_number,
        items.product_id,
        carts.cart_date,
        carts.currency_code,
        items.quantity,
        items.unit_price,
        {{ safe_money('items.quantity * items.unit_price', 'carts.currency_code') }} as item_amount,
        items.added_at,
        items.cart_id is null as is_deleted
    from carts
    left join items
        on carts.cart_id = items.cart_id

),

items_with_amounts as (

    select
        ---------- keys
        items_of_carts.cart_id,
        cast(items_of_carts.item_number as bigint) as item_number,
        {{ surrogate_key('items_of_carts.product_id') }} as product_key,
        items_of_carts.cart_date,

        ---------- attributes
        items_of_carts.product_id,
        items_of_carts.currency_code,

        ---------- measures
        items_of_carts.quantity,
        items_of_carts.unit_price,
        cast(items_of_carts.item_amount as decimal(18, 3)) as item_amount,
        {{ convert('items_of_carts.item_amount', 'items_of_carts.currency_code', 'rates.reporting_rate') }}
            as item_amount_reporting,

        ---------- timestamp
        items_of_carts.added_at,

        ---------- technical
        items_of_carts.is_deleted as _is_deleted,
        {{ current_load_id() }} as _load_id
    from items_of_carts
    left join {{ daily_rates }} as rates
        on
            items_of_carts.cart_date = rates.rate_date
            and items_of_carts.currency_code = rates.currency_code

)

select *
from items_with_amounts
{{ without_deleted() }}
