{{ config(severity='warn', store_failures=true) }}

-- Counts that the books do not follow: what was found is not what the movements up to that moment came to, even with the adjustments that
-- were booked for the count. A company that lands no movements keeps no books here.
with

moments as (

    select
        cast(null as varchar) as stock_count_id,
        product_id,
        warehouse_id,
        moved_at as happened_at,
        quantity
    from {{ ref('stg_wms__inventory_movements') }}

    union all

    select
        stock_count_id,
        product_id,
        warehouse_id,
        counted_at as happened_at,
        0 as quantity
    from {{ ref('stg_wms__stock_counts') }}

),

-- A movement at the moment of the count belongs to what was found.
running as (

    select
        stock_count_id,
        sum(quantity) over (
            partition by product_id, warehouse_id
            order by happened_at
            range between unbounded preceding and current row
        ) as booked_quantity
    from moments

),

adjustments as (

    select
        counts.stock_count_id,
        sum(movements.quantity) as adjusted_quantity,
        sum(
            case
                when movements.moved_at <= counts.counted_at
                    then movements.quantity
                else 0
            end
        ) as adjusted_before_quantity
    from {{ ref('stg_wms__stock_counts') }} as counts
    inner join {{ ref('stg_wms__inventory_movements') }} as movements
        on
            counts.stock_count_id = movements.reference_id
            and counts.product_id = movements.product_id
            and counts.warehouse_id = movements.warehouse_id
            and movements.reference_type = 'stock_count'
    group by counts.stock_count_id

),

compared as (

    select
        counts.stock_count_id,
        counts.product_id,
        counts.warehouse_id,
        counts.counted_at,
        counts.counted_quantity,
        running.booked_quantity
        - coalesce(adjustments.adjusted_before_quantity, 0) as booked_quantity,
        coalesce(adjustments.adjusted_quantity, 0) as adjusted_quantity
    from {{ ref('stg_wms__stock_counts') }} as counts
    inner join running
        on counts.stock_count_id = running.stock_count_id
    left join adjustments
        on counts.stock_count_id = adjustments.stock_count_id

)

select
    *,
    booked_quantity + adjusted_quantity as expected_quantity
from compared
where
    counted_quantity <> booked_quantity + adjusted_quantity
    and {{ has_landed('wms', 'inventory_movements') }}
