-- Facts that have more or fewer rows than the ledger has current rows of their source table, less those that the source deleted.
{%- set facts = {
    'fct_order': 'shop__orders', 'fct_order_line': 'shop__order_items', 'fct_payment': 'shop__payments', 'fct_refund': 'shop__refunds',
    'fct_purchase_order_line': 'erp__purchase_order_lines', 'fct_inventory_movement': 'wms__inventory_movements',
    'fct_stock_count': 'wms__stock_counts', 'fct_shipment': 'wms__shipments', 'fct_return': 'wms__returns', 'fct_cart': 'carts__carts',
    'fct_review': 'reviews__reviews', 'fct_privacy_request': 'crm__privacy_requests', 'fct_ticket': 'support__tickets',
    'fct_ticket_message': 'support__messages', 'fct_mention': 'social__mentions', 'fct_survey_response': 'surveys__nps_responses',
    'fct_ad_spend': 'ads__daily_spend',
} %}
{#- Facts that have no row for each row of a raw table. fct_cart_item is held against the carts in assert_cart_items_close. fct_web_session is held against all events in assert_session_events_close, the periods
    of fct_consent and fct_order_status against what stands now in assert_open_periods_match_staging. -#}
{%- set not_row_by_row = ['fct_web_session', 'fct_consent', 'fct_order_status', 'fct_cart_item'] %}
{%- if execute %}
    {%- for node in graph.nodes.values() if node.resource_type == 'model' and node.name.startswith('fct_') %}
        {%- if node.name not in facts and node.name not in not_row_by_row %}
            {%- do exceptions.raise_compiler_error('assert_facts_hold_every_row does not know ' ~ node.name ~ ': name its raw table there.') %}
        {%- endif %}
    {%- endfor %}
{%- endif %}
{#- A line is also gone when its document is: [the document's table, its key]. -#}
{%- set documents = {
    'fct_order_line': ['shop__orders', 'order_id'], 'fct_purchase_order_line': ['erp__purchase_orders', 'purchase_order_id'],
} %}
{%- set deleting = ['shop', 'erp'] %}

with

counted as (
    {% for fact, table in facts.items() %}
        {{ 'union all' if not loop.first }}
        select
            '{{ fact }}' as fact_name,
            '{{ table }}' as table_name,
            (select count(*) from {{ ref(fact) }}) as fact_rows,
            {%- if fact in documents %}
                {%- set document, key = documents[fact] %}
                (
                    select count(*)
                    from {{ ref('stg_' ~ table) }} as lines
                    left join {{ ref('stg_' ~ document) }} as documents
                        on lines.{{ key }} = documents.{{ key }}
                    where lines.is_deleted or coalesce(documents.is_deleted, false)
                ) as deleted_rows
            {%- elif table.split('__')[0] in deleting %}
                (
                    select count(*)
                    from {{ ref('stg_' ~ table) }}
                    where is_deleted
                ) as deleted_rows
            {%- else %}
                0 as deleted_rows
            {%- endif %}
    {% endfor %}
),

ledger as (

    select
        source_name || '__' || table_name as table_name,
        sum(current_rows) as current_rows
    from {{ ref('data_quality_ledger') }}
    group by
        source_name,
        table_name

)

select
    counted.fact_name,
    counted.fact_rows,
    counted.deleted_rows,
    ledger.current_rows
from counted
left join ledger
    on counted.table_name = ledger.table_name
where counted.fact_rows + counted.deleted_rows <> coalesce(ledger.current_rows, 0)
