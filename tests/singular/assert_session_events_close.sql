-- Kinds of web events of which the sessions count more or fewer than there are; and all events together.
{%- set kinds = {
    'page_view': 'page_view_count', 'search': 'search_count', 'product_view': 'product_view_count', 'add_to_cart': 'add_to_cart_count',
    'remove_from_cart': 'remove_from_cart_count', 'begin_checkout': 'checkout_count', 'purchase': 'purchase_count',
} %}
with

events as (

    select
        event_type,
        count(*) as event_count
    from {{ ref('stg_web__events') }}
    group by event_type

),

sessions as (

    select
        {%- for column in kinds.values() %}
            coalesce(sum({{ column }}), 0) as {{ column }},
        {%- endfor %}
        coalesce(sum(event_count), 0) as event_count
    from {{ ref('fct_web_session') }}

),

compared as (

    select
        'all events' as event_type,
        (select coalesce(sum(events.event_count), 0) from events) as expected_count,
        sessions.event_count as actual_count
    from sessions
    {%- for kind, column in kinds.items() %}

        union all

        select
            '{{ kind }}' as event_type,
            (
                select coalesce(sum(events.event_count), 0)
                from events
                where events.event_type = '{{ kind }}'
            ) as expected_count,
            sessions.{{ column }} as actual_count
        from sessions
    {%- endfor %}

)

select *
from compared
where expected_count <> actual_count
