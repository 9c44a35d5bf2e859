{{ config(unique_key='order_id', cluster_by='order_date') }}

{% set stg_orders = ref('stg_shop__orders') %}
{% set stg_items = ref('stg_shop__order_items') %}
{% set stg_payments = ref('stg_shop__payments') %}
{% set stg_refunds = ref('stg_shop__refunds') %}
{% set fct_lines = ref('fct_order_line') %}
{% set fct_payments = ref('fct_payment') %}
{% set fct_refunds = ref('fct_refund') %}
{% set daily_rates = ref('int_currency__daily_rates') %}

{# An order is written again when any of these changed. Staging stands beside the facts, which lose a deleted row. #}
{% set inputs = [
    stg_orders, stg_items, fct_lines, stg_payments, fct_payments, stg_refunds, fct_refunds,
    keys_with_new_rates(stg_orders, 'order_id', 'ordered_at'),
] %}
{% set where_changed = where_keys_changed('order_id', inputs) %}

with

orders as (

    select
        *,
        {{ business_date('ordered_at') }} as order_date
    from {{ stg_orders }}
    {{ where_changed }}

),

-- What is bought, a gift too, counts as a bought line; not what is taken back, or credited with a negative price.
lines_by_order as (

    select
        order_id,
        count(*) as line_count,
        count_if(quantity > 0 and unit_price >= 0) as bought_line_count,
        sum(quantity) as unit_count,
        sum(gross_amount) as gross_amount,
        sum(discount_amount) as discount_amount,
        sum(tax_amount) as tax_amount,
        {{ null_propagating_sum('gross_amount_reporting') }} as gross_amount_reporting,
        {{ null_propagating_sum('discount_amount_reporting') }} as discount_amount_reporting,
        {{ null_propagating_sum('case when tax_amount is null then 0 else tax_amount_reporting end') }}
            as tax_amount_reporting,
        {{ null_propagating_sum('cost_amount_reporting') }} as cost_amount_reporting
    from {{ fct_lines }}
    {{ where_changed }}
    group by order_id

),

-- Payments and refunds in another currency than the order's do not add up with it, and are left out.
payments_by_order as (

    select
        order_id,
        currency_code,
        sum(case when payment_status = 'captured' then amount else 0 end) as captured_amount
    from {{ fct_payments }}
    {{ where_changed }}
    group by order_id, currency_code

),

refunds_by_order as (

    select
        order_id,
        currency_code,
        sum(amount) as refunded_amount
    from {{ fct_refunds }}
    {{ where_changed }}
    group by order_id, currency_code

),

-- 0 where nothing has come, null where a part is unknown in the reporting currency.
orders_with_amounts as (

    select
        orders.*,
        coalesce(lines.line_count, 0) as line_count,
        coalesce(lines.bought_line_count, 0) as bought_line_count,
        coalesce(lines.unit_count, 0) as unit_count,
        coalesce(lines.gross_amount, 0) as gross_amount,
        coalesce(lines.discount_amount, 0) as lines_discount_amount,
        coalesce(lines.tax_amount, 0) as lines_tax_amount,
        coalesce(payments.captured_amount, 0) as captured_amount,
        coalesce(refunds.refunded_amount, 0) as refunded_amount,
        {%- for amount in ['gross_amount', 'discount_amount', 'tax_amount', 'cost_amount'] %}
            case when lines.order_id is null then 0 else lines.{{ amount }}_reporting end as {{ amount }}_reporting,
        {%- endfor %}
        {{ convert('orders.shipping_amount', 'orders.currency_code', 'rates.reporting_rate') }}
            as shipping_amount_reporting,
        orders.order_status in ('paid', 'shipped', 'delivered', 'returned') as is_sale
    from orders
    left join lines_by_order as lines
        on orders.order_id = lines.order_id
    left join payments_by_order as payments
        on
            orders.order_id = payments.order_id
            and orders.currency_code = payments.currency_code
    left join refunds_by_order as refunds
        on
            orders.order_id = refunds.order_id
            and orders.currency_code = refunds.currency_code
    left join {{ daily_rates }} as rates
        on
            orders.order_date = rates.rate_date
            and orders.currency_code = rates.currency_code

)

select
    ---------- keys
    order_id,
    coalesce(customer_key, 'unknown') as customer_key,
    {{ surrogate_key('promotion_id') }} as promotion_key,
    session_id,
    order_date,

    ---------- attributes
    sales_channel,
    order_status,
    is_sale,
    is_sale and bought_line_count > 0 as is_purchase,
    customer_key is not null as has_customer,
    is_guest,
    shipping_country_code,
    currency_code,

    ---------- measures in the order's currency
    cast(line_count as bigint) as line_count,
    cast(unit_count as bigint) as unit_count,
    cast(gross_amount as decimal(18, 3)) as gross_amount,
    cast(lines_discount_amount as decimal(18, 3)) as discount_amount,
    cast(gross_amount - lines_discount_amount as decimal(18, 3)) as net_amount,
    cast(lines_tax_amount as decimal(18, 3)) as tax_amount,
    cast(shipping_amount as decimal(18, 3)) as shipping_amount,
    cast(total_amount as decimal(18, 3)) as total_amount,
    cast(captured_amount as decimal(18, 3)) as captured_amount,
    cast(refunded_amount as decimal(18, 3)) as refunded_amount,

    ---------- measures in the reporting currency
    cast(gross_amount_reporting as decimal(18, 3)) as gross_amount_reporting,
    cast(discount_amount_reporting as decimal(18, 3))
        as discount_amount_reporting,
    cast(gross_amount_reporting - discount_amount_reporting as decimal(18, 3))
        as net_amount_reporting,
    cast(tax_amount_reporting as decimal(18, 3)) as tax_amount_reporting,
    cast(cost_amount_reporting as decimal(18, 3)) as cost_amount_reporting,
    shipping_amount_reporting,

    ---------- timestamps
    ordered_at,

    ---------- technical
    is_deleted as _is_deleted,
    {{ current_load_id() }} as _load_id
from orders_with_amounts
{{ without_deleted() }}
