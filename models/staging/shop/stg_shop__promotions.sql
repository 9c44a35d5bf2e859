{{ config(unique_key='promotion_id') }}

with

promotions as (

    {{ latest_rows('shop', 'promotions') }}

)

select
    ---------- ids
    promotion_id,

    ---------- attributes
    promotion_code,
    promotion_name,
    discount_kind,

    ---------- numerics
    discount_percent,

    ---------- timestamps
    starts_at,
    ends_at,

    ---------- technical
    is_deleted,
    deleted_at,
    _version,
    _file,
    _row,
    _load_id
from promotions
