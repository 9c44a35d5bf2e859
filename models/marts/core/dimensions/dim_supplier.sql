with

suppliers as (

    select *
    from {{ ref('stg_erp__suppliers') }}

),

named_elsewhere as (

    select supplier_id from {{ ref('stg_erp__products') }}
    union
    select supplier_id from {{ ref('stg_erp__purchase_orders') }}
    union
    select supplier_id from {{ ref('stg_erp__supplier_prices') }}

),

inferred_suppliers as (

    select named_elsewhere.supplier_id
    from named_elsewhere
    left join suppliers
        on named_elsewhere.supplier_id = suppliers.supplier_id
    where
        suppliers.supplier_id is null
        and named_elsewhere.supplier_id is not null

),

members as (

    select
        supplier_id,
        supplier_name,
        country_code,
        payment_terms_days,
        lead_time_days,
        is_deleted,
        false as is_inferred
    from suppliers

    union all by name

    select
        supplier_id,
        false as is_deleted,
        true as is_inferred
    from inferred_suppliers

    union all by name

    select
        cast(null as varchar) as supplier_id,
        'Unknown supplier' as supplier_name,
        false as is_deleted,
        false as is_inferred

)

select
    ---------- keys
    {{ surrogate_key('supplier_id') }} as supplier_key,
    supplier_id,

    ---------- attributes
    supplier_name,
    country_code,
    payment_terms_days,
    lead_time_days,
    is_deleted,
    is_inferred
from members
