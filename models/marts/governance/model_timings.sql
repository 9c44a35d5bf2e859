-- A view, as a run knows how long its nodes took only after its last model.
{{ config(materialized='view') }}

with

timings as (

    select
        *,
        avg(cast(case when status in ('success', 'pass', 'warn') then seconds end as double)) over (
            partition by node_id
            order by started_at, invocation_id
            rows between 10 preceding and 1 preceding
        ) as usual_seconds
    from {{ ledger('node_timings') }}

)

select
    ---------- keys
    timings.invocation_id,
    timings.node_id,

    ---------- attributes
    nodes.node_name,
    nodes.kind as node_kind,
    nodes.relation_name,
    timings.status as node_status,

    ---------- measures
    timings.seconds,
    timings.usual_seconds,
    cast(timings.seconds as double) / nullif(timings.usual_seconds, 0) as times_usual,
    cast(timings.seconds as double)
    / nullif(sum(timings.seconds) over (partition by timings.invocation_id), 0) as share_of_run,

    ---------- timestamps
    timings.started_at
from timings
left join {{ ledger('project_nodes') }} as nodes
    on timings.node_id = nodes.node_id
