with

warehouses as (

    select *
    from {{ ref('stg_wms__warehouses') }}

),

named_elsewhere as (

    select warehouse_id from {{ ref('stg_wms__inventory_movements') }}
    union
    select warehouse_id from {{ ref('stg_wms__stock_counts') }}
    union
    select warehouse_id from {{ ref('stg_wms__shipments') }}
    union
    select warehouse_id from {{ ref('stg_wms__returns') }}
    union
    select warehouse_id from {{ ref('stg_erp__purchase_orders') }}

),

inferred_warehouses as (

    select named_elsewhere.warehouse_id
    from named_elsewhere
    left join warehouses
        on named_elsewhere.warehouse_id = warehouses.warehouse_id
    where
        warehouses.warehouse_id is null
        and named_elsewhere.warehouse_id is not null

),

members as (

    select
        warehouse_id,
        warehouse_name,
        warehouse_city,
        country_code,
        timezone,
        opened_on,
        false as is_inferred
    from warehouses

    union all by name

    select
        warehouse_id,
        true as is_inferred
    from inferred_warehouses

    union all by name

    select
        cast(null as varchar) as warehouse_id,
        'Unknown warehouse' as warehouse_name,
        false as is_inferred

)

select
    ---------- keys
    {{ surrogate_key('warehouse_id') }} as warehouse_key,
    warehouse_id,

    ---------- attributes
    warehouse_name,
    warehouse_city,
    country_code,
    timezone,
    opened_on,
    is_inferred
from members
