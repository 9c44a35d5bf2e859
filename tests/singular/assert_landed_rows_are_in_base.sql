-- Source tables of which base does not hold exactly the rows that the ledger of loaded files counted when they were loaded.
{%- set tables = [
    ('erp', 'products'), ('erp', 'purchase_order_lines'), ('erp', 'purchase_orders'), ('erp', 'supplier_prices'), ('erp', 'suppliers'),
    ('fx', 'daily_rates'),
    ('shop', 'addresses'), ('shop', 'customers'), ('shop', 'order_items'), ('shop', 'orders'), ('shop', 'payments'), ('shop', 'promotions'),
    ('shop', 'refunds'),
    ('web', 'events'),
    ('wms', 'inventory_movements'), ('wms', 'returns'), ('wms', 'shipments'), ('wms', 'stock_counts'), ('wms', 'warehouses'),
] %}
with

base as (
    {% for source_name, table_name in tables %}
        {{ 'union all' if not loop.first }}
        select
            '{{ source_name }}' as source_name,
            '{{ table_name }}' as table_name,
            count(*) as row_count
        from {{ ref('base_' ~ source_name ~ '__' ~ table_name) }}
    {% endfor %}
),

ledger as (

    select
        source_name,
        table_name,
        sum(landed_rows) as row_count
    from {{ ledger('loaded_files') }}
    group by source_name, table_name

)

-- A table that only the ledger knows is missing from the list above.
select
    coalesce(base.source_name, ledger.source_name) as source_name,
    coalesce(base.table_name, ledger.table_name) as table_name,
    ledger.row_count as landed_rows,
    base.row_count as base_rows
from base
full join ledger
    on
        base.source_name = ledger.source_name
        and base.table_name = ledger.table_name
where
    base.source_name is null
    or base.row_count <> coalesce(ledger.row_count, 0)
