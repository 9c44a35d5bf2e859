-- Columns outside of the restricted schemas that bear the name of a column which the contract classifies as personal data.
{%- set schemas = [] %}
{%- set classified = [] %}
{%- if execute %}
    {%- for node in graph.nodes.values() if node.resource_type in ['model', 'seed', 'snapshot'] %}
        {%- if node.config.schema not in var('restricted_schemas') and node.schema | lower not in schemas %}
            {%- do schemas.append(node.schema | lower) %}
        {%- endif %}
    {%- endfor %}
    {%- for table in contract_tables() %}
        {%- for column in table.columns if column.classification and column.name not in classified %}
            {%- do classified.append(column.name) %}
        {%- endfor %}
    {%- endfor %}
{%- endif %}
{# The catalogue is read, no model; so that a build reads it after the models are made, the last of each schema are named here. #}
{%- for model in [
    'daily_sales', 'daily_web', 'daily_fulfilment', 'daily_inventory', 'daily_service', 'daily_marketing', 'monthly_product_sales', 'kpi_alerts', 'customer_360', 'segment_movements', 'lifetime_value', 'stock_outlook', 'product_classes', 'reorder_plan', 'supplier_performance', 'campaign_performance', 'product_affinity', 'cart_recovery', 'offer_candidates', 'live_products', 'live_funnel', 'quarantine_summary',
    'contact_reasons', 'delivery_performance', 'net_promoter_scores', 'telling_words', 'ticket_backlog', 'voice_of_customer',
    'dim_customer_version', 'dim_product_version', 'dim_promotion', 'dim_supplier_price_version', 'dim_supplier_version', 'fct_order_status',
    'fct_return', 'fct_shipment', 'fct_stock_count', 'stg_shop__addresses', 'snap_customer_segments', 'snap_order_status', 'snap_products',
    'snap_suppliers'
] %}
-- depends_on: {{ ref(model) }}
{%- endfor %}
select
    table_schema,
    table_name,
    column_name
from information_schema.columns
where
    lower(table_catalog) = lower('{{ target.database }}')
    and lower(table_schema) in (
        {%- for schema in schemas %}
            '{{ schema }}'{{ ',' if not loop.last }}
        {%- endfor %}
    )
    and lower(column_name) in (
        {%- for column in classified %}
            '{{ column }}'{{ ',' if not loop.last }}
        {%- endfor %}
    )
