select
    ---------- keys
    {{ dbt.hash("supplier_id || '|' || cast(valid_from as varchar)") }}
        as supplier_version_key,
    {{ surrogate_key('supplier_id') }} as supplier_key,

    ---------- attributes
    payment_terms_days,
    lead_time_days,
    is_current,

    ---------- timestamps
    valid_from,
    valid_to
from {{ ref('int_supplier__versions') }}
where not is_deleted
