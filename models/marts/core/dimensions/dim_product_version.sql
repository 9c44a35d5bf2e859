select
    ---------- keys
    {{ dbt.hash("product_id || '|' || cast(valid_from as varchar)") }}
        as product_version_key,
    {{ surrogate_key('product_id') }} as product_key,

    ---------- attributes
    product_status,
    currency_code,
    list_price,
    standard_cost,
    is_current,

    ---------- timestamps
    valid_from,
    valid_to
from {{ ref('int_product__versions') }}
where not is_deleted
