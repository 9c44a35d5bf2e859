-- Sales of which the credits of an attribution model are not the order: shares that do not add up to 1, or amounts that are not its net revenue or
-- gross margin; and sales that a model does not know, or rows of what is none. Then the same in total for each model.
{%- set models = ['first_touch', 'last_non_direct_touch', 'linear', 'time_decay'] %}
with

expected as (

    {% for attribution_model in models %}
        {{ 'union all' if not loop.first }}
        select
            '{{ attribution_model }}' as attribution_model,
            order_id,
            net_revenue_amount_reporting as net_revenue_amount,
            gross_margin_amount_reporting as gross_margin_amount
        from {{ ref('fct_order') }}
        where
            is_sale
            and order_date <= {{ complete_up_to(['sales']) }}
            and order_date <= {{ complete_up_to(['sessions']) }}
    {% endfor %}

),

credited as (

    select
        attribution_model,
        order_id,
        sum(credit_share) as credit_share,
        sum(net_revenue_amount) as net_revenue_amount,
        sum(gross_margin_amount) as gross_margin_amount,
        count(*) as row_count,
        count(net_revenue_amount) as known_row_count,
        count(session_id) as touch_count
    from {{ ref('order_attribution') }}
    group by attribution_model, order_id

),

totals as (

    select
        attribution_model,
        sum(net_revenue_amount) as net_revenue_amount
    from {{ ref('order_attribution') }}
    group by attribution_model

),

expected_total as (

    select
        count(*) as order_count,
        sum(net_revenue_amount_reporting) as net_revenue_amount
    from {{ ref('fct_order') }}
    where
        is_sale
        and order_date <= {{ complete_up_to(['sales', 'sessions']) }}

)

select
    coalesce(expected.attribution_model, credited.attribution_model) as attribution_model,
    coalesce(expected.order_id, credited.order_id) as order_id,
    expected.net_revenue_amount as expected_amount,
    credited.net_revenue_amount as credited_amount
from expected
full join credited
    on
        expected.attribution_model = credited.attribution_model
        and expected.order_id = credited.order_id
where
    expected.order_id is null
    or credited.order_id is null
    or credited.credit_share <> 1
    or credited.net_revenue_amount is distinct from expected.net_revenue_amount
    or credited.gross_margin_amount is distinct from expected.gross_margin_amount
    or credited.known_row_count not in (0, credited.row_count)
    or (credited.touch_count = 0 and credited.row_count > 1)

union all

select
    totals.attribution_model,
    'all orders' as order_id,
    expected_total.net_revenue_amount as expected_amount,
    totals.net_revenue_amount as credited_amount
from totals
cross join expected_total
where totals.net_revenue_amount is distinct from expected_total.net_revenue_amount
