with

versions as (

    select
        *,
        lag(customer_key) over (partition by customer_key order by valid_from) is null
            as is_first
    from {{ ref('int_customer__versions') }}

),

-- The moment of registration singles a person out, so that the first range begins where the calendar does.
versions_with_days as (

    select
        customer_key,
        loyalty_tier,
        is_current,
        is_deleted,
        case
            when is_first then cast('{{ var("calendar_start") }}' as timestamp) else valid_from
        end as valid_from,
        valid_to
    from versions

)

select
    ---------- keys
    {{ dbt.hash("customer_key || '|' || cast(valid_from as varchar)") }}
        as customer_version_key,
    customer_key,

    ---------- attributes
    loyalty_tier,
    is_current,

    ---------- timestamps
    valid_from,
    valid_to
from versions_with_days
where not is_deleted
