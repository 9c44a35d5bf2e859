{#- A query with one row: the first landing day that is refused, and the last one before it; both null where every day is accepted.
    A folder that is dated in the future would move every mart there. Days of many tables pause and resume together, a wrong folder name is of one
    table or two: after a pause of more than `lead_days`, most of the tables that landed in the month before it have to be there. Where more
    has landed after the pause than before it, what came before is the exception: a master table that was landed early.
    `deliveries`: a relation with source_name, table_name and ingested_on. Python renders this macro, too (pylib/techco/contract/validation/landing_days.py).
    Usage: run_query(refused_landing_days(relation, var('landing_day_lead'))) -#}
{% macro refused_landing_days(deliveries, lead_days) %}
    with

    table_days as (

        select distinct
            source_name || '.' || table_name as table_name,
            ingested_on
        from {{ deliveries }}

    ),

    pauses as (

        select
            ingested_on as resumed_on,
            lag(ingested_on) over (order by ingested_on) as paused_on
        from (select distinct ingested_on from table_days) as days
        qualify resumed_on - paused_on > {{ lead_days }}

    ),

    tables_at_pause as (

        select
            pauses.paused_on,
            pauses.resumed_on,
            table_days.table_name,
            max(case when table_days.ingested_on >= pauses.resumed_on then 1 else 0 end) as is_after,
            max(case when pauses.paused_on - table_days.ingested_on between 0 and 30 then 1 else 0 end) as is_before,
            sum(case when table_days.ingested_on >= pauses.resumed_on then 1 else -1 end) as surplus_after
        from pauses
        cross join table_days
        group by pauses.paused_on, pauses.resumed_on, table_days.table_name

    ),

    refused as (

        select
            paused_on,
            resumed_on
        from tables_at_pause
        group by paused_on, resumed_on
        having
            sum(surplus_after) <= 0
            and (
                sum(is_after) * 2 <= sum(is_before * (1 - is_after))
                or (sum(is_after) = 1 and sum(is_before * (1 - is_after)) >= 1)
            )

    )

    select
        min(resumed_on) as refused_from,
        min(paused_on) as newest_accepted
    from refused
{% endmacro %}
