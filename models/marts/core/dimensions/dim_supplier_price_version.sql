select
    ---------- keys
    {{ dbt.hash("supplier_id || '|' || product_id || '|' || cast(valid_from as varchar)") }}
        as supplier_price_version_key,
    {{ surrogate_key('supplier_id') }} as supplier_key,
    {{ surrogate_key('product_id') }} as product_key,

    ---------- attributes
    unit_cost,
    currency_code,
    minimum_quantity,
    is_current,

    ---------- timestamps
    valid_from,
    valid_to
from {{ ref('int_supplier_price__versions') }}
where not is_deleted
