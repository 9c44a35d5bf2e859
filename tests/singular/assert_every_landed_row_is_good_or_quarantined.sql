{#- Landed files of which a row is neither good nor in the quarantine, or is in the quarantine twice. dbt has to know the references before it
    has read the contract, so the tables are named here; the contract is held against them. -#}
{% set tables = {
    'shop': ['customers', 'addresses', 'promotions', 'orders', 'order_items', 'payments', 'refunds'],
    'erp': ['products', 'suppliers', 'supplier_prices', 'purchase_orders', 'purchase_order_lines'],
    'wms': ['warehouses', 'inventory_movements', 'stock_counts', 'shipments', 'returns'],
    'web': ['events'],
    'fx': ['daily_rates'],
} %}
{% if execute %}
    {% for table in contract_tables() if table.table not in tables.get(table.source, []) %}
        {% do exceptions.raise_compiler_error(
            'assert_every_landed_row_is_good_or_quarantined must name ' ~ table.source ~ '.' ~ table.table ~ ' of the contract'
        ) %}
    {% endfor %}
{% endif %}
with

ledger as (

    select
        source_name,
        table_name,
        file_path,
        sum(landed_rows) as landed_rows
    from {{ ledger('loaded_files') }}
    group by source_name, table_name, file_path

),

good as (
    {% for source_name in tables %}
        {% set last_source = loop.last %}
        {% for table_name in tables[source_name] %}
            select
                '{{ source_name }}' as source_name,
                '{{ table_name }}' as table_name,
                _file as file_path,
                count(*) as good_rows
            from {{ ref('base_' ~ source_name ~ '__' ~ table_name) }}
            where _issues is null
            group by _file
            {{ 'union all' if not (loop.last and last_source) }}
        {% endfor %}
    {% endfor %}
),

quarantined as (
    {% for source_name in tables %}
        select
            source_name,
            table_name,
            file_path,
            count(*) as quarantined_rows
        from {{ ref('quarantine_' ~ source_name) }}
        group by source_name, table_name, file_path
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    ledger.source_name,
    ledger.table_name,
    ledger.file_path,
    ledger.landed_rows,
    good.good_rows,
    quarantined.quarantined_rows
from ledger
left join good
    on
        ledger.source_name = good.source_name
        and ledger.table_name = good.table_name
        and ledger.file_path = good.file_path
left join quarantined
    on
        ledger.source_name = quarantined.source_name
        and ledger.table_name = quarantined.table_name
        and ledger.file_path = quarantined.file_path
where
    ledger.landed_rows
    <> coalesce(good.good_rows, 0) + coalesce(quarantined.quarantined_rows, 0)
