with

finished_actions as (

    select *
    from {{ ledger('privacy_actions') }}

),

still_open as (

    select *
    from {{ ref('fct_privacy_request') }}
    where request_id in (
        select open_requests.request_id
        from {{ ref('open_privacy_requests') }} as open_requests
    )

),

entries as (

    select
        action_id,
        action,
        person_key as customer_key,
        request_id,
        privacy_regime,
        requested_at,
        done_at,
        row_count,
        details as remark
    from finished_actions

    union all by name

    select
        'open:' || request_id as action_id,
        request_type as action,
        customer_key,
        request_id,
        privacy_regime,
        requested_at
    from still_open

)

select
    ---------- keys
    action_id,
    customer_key,
    request_id,

    ---------- attributes
    action,
    privacy_regime,
    remark,
    case privacy_regime
        {% for name, regime in var('privacy').regimes.items() %}
            {% set unit, number = regime.due.items() | first %}
            when '{{ name }}' then {{ add_period('requested_at', unit, number) }}
        {% endfor %}
    end as due_on,
    done_at is not null as is_done,

    ---------- measures
    row_count,

    ---------- timestamps
    requested_at,
    done_at
from entries
