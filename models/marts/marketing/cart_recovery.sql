{% set offers = offers() %}

with

contents as (

    select
        items.cart_id,
        nullif({{ dbt.listagg(
            "cast(items.quantity as varchar) || ' x ' || coalesce(products.product_name, items.product_id, 'unknown')",
            "', '", 'order by items.item_number'
        ) }}, '') as cart_contents
    from {{ ref('fct_cart_item') }} as items
    left join {{ ref('dim_product') }} as products
        on items.product_key = products.product_key
    group by items.cart_id

),

left_carts as (

    select
        left_carts.*,
        carts.session_id,
        carts.item_count,
        carts.unit_count,
        carts.cart_amount_reporting,
        contents.cart_contents,
        recoveries.recovered_by,
        recoveries.recovered_on,
        recoveries.order_id as recovered_order_id,
        recoveries.recovered_amount,
        {{ add_days('left_carts.left_on', offers.remind_within_days) }} as remind_until,
        case
            when recoveries.cart_id is not null then 'recovered'
            when
                left_carts.cart_status = 'open'
                and {{ add_days('left_carts.left_on', offers.remind_within_days) }} >= {{ as_of() }}
                then 'open'
            else 'lost'
        end as recovery_status
    from {{ ref('agg_cart__abandonments') }} as left_carts
    inner join {{ ref('fct_cart') }} as carts
        on left_carts.cart_id = carts.cart_id
    left join contents
        on left_carts.cart_id = contents.cart_id
    left join {{ ref('agg_cart__recoveries') }} as recoveries
        on left_carts.cart_id = recoveries.cart_id

)

select
    ---------- keys
    left_carts.cart_id,
    left_carts.customer_key,
    left_carts.session_id,
    left_carts.left_on,

    ---------- what lies in it
    left_carts.country_code,
    left_carts.cart_contents,
    left_carts.item_count,
    left_carts.unit_count,
    left_carts.cart_amount_reporting,
    '{{ var("reporting_currency") }}' as currency_code,

    ---------- whom consent lets us remind
    left_carts.recovery_status,
    coalesce(permissions.has_consent, false) as has_consent,
    left_carts.recovery_status = 'open' and coalesce(permissions.may_be_contacted, false) as may_be_reminded,
    case when left_carts.recovery_status = 'open' then left_carts.remind_until end as remind_until,

    ---------- what became of it
    left_carts.recovered_by,
    left_carts.recovered_order_id,
    left_carts.recovered_on,
    {{ days_between('left_carts.left_on', 'left_carts.recovered_on') }} as days_to_recovery,
    left_carts.recovered_amount
from left_carts
left join {{ ref('contact_permissions') }} as permissions
    on left_carts.customer_key = permissions.customer_key
