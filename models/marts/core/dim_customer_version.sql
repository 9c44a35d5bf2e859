select
    ---------- keys
    {{ dbt.hash("customer_key || '|' || cast(valid_from as varchar)") }}
        as customer_version_key,
    customer_key,

    ---------- attributes
    country_code,
    language_code,
    loyalty_tier,
    is_current,

    ---------- timestamps
    valid_from,
    valid_to
from {{ ref('int_customer__versions') }}
where not is_deleted
