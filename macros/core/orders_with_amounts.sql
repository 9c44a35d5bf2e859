{#- Orders with what their lines, captured payments and refunds come to: 0 where none has come, null where a part is unknown in the reporting
    currency. Of payments and refunds only those in the order's currency count, because amounts of two currencies do not add up.
    `orders`: a CTE; the others: facts, of which `of_touched_orders` is the where clause. -#}
{% macro orders_with_amounts(orders, lines, payments, refunds, of_touched_orders) -%}
    with

    lines as (

        select
            order_id,
            count(*) as line_count,
            -- What is bought, a gift too; not what is taken back, or credited as a line with a negative price.
            count_if(quantity > 0 and unit_price >= 0) as bought_line_count,
            sum(quantity) as unit_count,
            sum(gross_amount) as gross_amount,
            sum(discount_amount) as discount_amount,
            sum(tax_amount) as tax_amount,
            {{ complete_sum('gross_amount_reporting') }} as gross_amount_reporting,
            {{ complete_sum('discount_amount_reporting') }} as discount_amount_reporting,
            {{ complete_sum('case when tax_amount is null then 0 else tax_amount_reporting end') }} as tax_amount_reporting,
            {{ complete_sum('cost_amount_reporting') }} as cost_amount_reporting
        from {{ lines }}
        {{ of_touched_orders }}
        group by order_id

    ),

    payments as (

        select
            order_id,
            currency_code,
            sum(case when payment_status = 'captured' then amount else 0 end) as captured_amount
        from {{ payments }}
        {{ of_touched_orders }}
        group by order_id, currency_code

    ),

    refunds as (

        select
            order_id,
            currency_code,
            sum(amount) as refunded_amount
        from {{ refunds }}
        {{ of_touched_orders }}
        group by order_id, currency_code

    )

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
        case when lines.order_id is null then 0 else lines.{{ amount }}_reporting end as {{ amount }}_reporting
        {{- ',' if not loop.last }}
        {%- endfor %}
    from {{ orders }} as orders
    left join lines
        on orders.order_id = lines.order_id
    left join payments
        on
            orders.order_id = payments.order_id
            and orders.currency_code = payments.currency_code
    left join refunds
        on
            orders.order_id = refunds.order_id
            and orders.currency_code = refunds.currency_code
{%- endmacro %}
