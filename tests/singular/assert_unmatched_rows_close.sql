-- Facts of which governance.unmatched_rows does not show the rows and pieces that staging holds without a standing order; and purchase orders whose
-- open pieces are not those of the stock outlook.
{%- set staged = {
    'fct_order_line': ['stg_shop__order_items', 'rows_of_fact.quantity', 'not rows_of_fact.is_deleted', 'false'],
    'fct_payment': ['stg_shop__payments', '0', "not rows_of_fact.is_deleted and rows_of_fact.payment_status = 'captured'", 'true'],
    'fct_refund': ['stg_shop__refunds', '0', 'not rows_of_fact.is_deleted', 'true'],
    'fct_return': ['stg_wms__returns', 'rows_of_fact.quantity', 'true', 'true'],
    'fct_shipment': ['stg_wms__shipments', '0', 'true', 'true'],
} %}
with

expected as (
    {#- Lines of a deleted order are in no fact; what else was booked on it is. -#}
    {% for fact, (staging, quantity, counted, of_deleted_orders) in staged.items() %}
        {{ 'union all' if not loop.first }}
        select
            '{{ fact }}' as fact_name,
            count(*) as row_count,
            coalesce(sum({{ quantity }}), 0) as quantity
        from {{ ref(staging) }} as rows_of_fact
        left join {{ ref('stg_shop__orders') }} as orders
            on rows_of_fact.order_id = orders.order_id
        where
            ({{ counted }})
            and (orders.order_id is null or (orders.is_deleted and {{ of_deleted_orders }}))
    {% endfor %}
),

shown as (

    select
        fact_name,
        sum(row_count) as row_count,
        coalesce(sum(quantity), 0) as quantity
    from {{ ref('unmatched_rows') }}
    group by fact_name

),

-- Lines without their order count as open.
open_pieces as (

    select
        sum(
            case
                when orders.purchase_order_status in ('received', 'cancelled') then 0
                else greatest(coalesce(lines.ordered_quantity - coalesce(lines.received_quantity, 0), 0), 0)
            end
        ) as quantity
    from {{ ref('stg_erp__purchase_order_lines') }} as lines
    left join {{ ref('stg_erp__purchase_orders') }} as orders
        on lines.purchase_order_id = orders.purchase_order_id
    where
        not lines.is_deleted
        and not coalesce(orders.is_deleted, false)
        and (
            {{ business_date('orders.ordered_at') }} <= {{ complete_up_to(['stock', 'purchases']) }}
            or orders.ordered_at is null
        )

),

compared as (

    select
        expected.fact_name,
        expected.row_count as expected_rows,
        coalesce(shown.row_count, 0) as shown_rows,
        expected.quantity as expected_quantity,
        coalesce(shown.quantity, 0) as shown_quantity
    from expected
    left join shown
        on expected.fact_name = shown.fact_name

    union all

    select
        'stock_outlook' as fact_name,
        0 as expected_rows,
        0 as shown_rows,
        (select coalesce(sum(open_pieces.quantity), 0) from open_pieces) as expected_quantity,
        coalesce(sum(outlook.on_order_quantity), 0) as shown_quantity
    from {{ ref('stock_outlook') }} as outlook

)

select *
from compared
where
    expected_rows <> shown_rows
    or expected_quantity <> shown_quantity
