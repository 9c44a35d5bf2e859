-- A view, as a run knows how it ended only after its last model.
{{ config(materialized='view') }}

with

runs as (

    select *
    from {{ ledger('runs') }}

)

select
    ---------- key
    invocation_id,

    ---------- attributes
    started_by,
    git_commit,
    target_name,
    command,
    selection,
    case
        when finished_at is null then 'not_finished'
        when failures > 0 then 'failed'
        else 'passed'
    end as outcome,
    failed_nodes,

    ---------- measures
    built_nodes,
    run_tests,
    landed_rows,
    failures,

    ---------- timestamps
    started_at,
    finished_at
from runs
