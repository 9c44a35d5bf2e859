{{ config(unique_key='order_id', cluster_by='to_date(valid_from)') }}

{% set order_changes = ref('stg_shop__order_changes') %}

with

changes as (

    select *
    from {{ order_changes }}
    {{ where_keys_changed('order_id', [order_changes]) }}

),

ranges as (

    {{
        scd2_versions('changes', keys=['order_id'], attributes=['order_status'])
    }}

)

select
    ---------- keys
    order_id,

    ---------- attributes
    order_status,
    is_current,

    ---------- measures
    {{ seconds_between('valid_from', 'valid_to') }} as seconds_in_status,

    ---------- timestamps
    valid_from,
    valid_to,

    ---------- technical
    is_deleted as _is_deleted,
    {{ current_load_id() }} as _load_id
from ranges
{{ without_deleted() }}
