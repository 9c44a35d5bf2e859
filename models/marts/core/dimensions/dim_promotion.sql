with

promotions as (

    select *
    from {{ ref('stg_shop__promotions') }}

),

inferred_promotions as (

    select distinct orders.promotion_id
    from {{ ref('stg_shop__orders') }} as orders
    left join promotions
        on orders.promotion_id = promotions.promotion_id
    where
        promotions.promotion_id is null
        and orders.promotion_id is not null

),

members as (

    select
        promotion_id,
        promotion_code,
        promotion_name,
        discount_kind,
        discount_percent,
        starts_at,
        ends_at,
        is_deleted,
        false as is_inferred
    from promotions

    union all by name

    select
        promotion_id,
        false as is_deleted,
        true as is_inferred
    from inferred_promotions

    union all by name

    select
        cast(null as varchar) as promotion_id,
        'No promotion' as promotion_name,
        false as is_deleted,
        false as is_inferred

)

select
    ---------- keys
    {{ surrogate_key('promotion_id') }} as promotion_key,
    promotion_id,

    ---------- attributes
    promotion_code,
    promotion_name,
    discount_kind,
    discount_percent,
    starts_at,
    ends_at,
    is_deleted,
    is_inferred
from members
