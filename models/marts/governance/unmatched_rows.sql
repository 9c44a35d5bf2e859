{#- Facts whose rows belong to an order: [which of their rows count, pieces, money in the reporting currency]. -#}
{%- set facts_with_reasons = {
    'fct_order_line': ['true', 'facts.quantity', 'null'],
    'fct_payment': ["facts.payment_status = 'captured'", 'null', 'facts.amount_reporting'],
    'fct_refund': ['true', 'null', 'facts.amount_reporting'],
    'fct_return': ['true', 'facts.quantity', 'null'],
    'fct_shipment': ['true', 'null', 'null'],
} %}
with

unmatched as (

    {% for fact, (counted, quantity, amount) in facts_with_reasons.items() %}
        {{ 'union all' if not loop.first }}
        select
            '{{ fact }}' as fact_name,
            case when facts.order_id is null then 'no_order_named' else 'order_not_known' end
                as reason,
            cast({{ quantity }} as bigint) as quantity,
            cast({{ amount }} as decimal(18, 3)) as amount_reporting,
            {{ 'facts.amount_reporting is null' if amount != 'null' else 'true' }} as is_amount_unknown
        from {{ ref(fact) }} as facts
        left join {{ ref('fct_order') }} as orders
            on facts.order_id = orders.order_id
        where
            orders.order_id is null
            and {{ counted }}
    {% endfor %}

)

select
    ---------- keys
    fact_name,
    reason,

    ---------- measures
    cast(count(*) as bigint) as row_count,
    cast(sum(quantity) as bigint) as quantity,
    cast(case when count_if(is_amount_unknown) = 0 then sum(amount_reporting) end as decimal(18, 3))
        as amount_reporting
from unmatched
group by fact_name, reason
