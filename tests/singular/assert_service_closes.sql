-- Totals of the service marts that are not those of the facts.
with

tickets as (

    select
        *,
        {{ business_date('solved_at') }} as solved_date
    from {{ ref('fct_ticket') }}
    where opened_date <= {{ as_of() }}

),

shipped_orders as (

    select distinct order_id
    from {{ ref('fct_shipment') }}
    where ship_date <= {{ as_of() }}

),

reviews as (

    select *
    from {{ ref('fct_review') }}
    where
        review_status <> 'rejected'
        and review_date <= {{ as_of() }}

),

compared as (
    {% set last_day = complete_up_to(['tickets', 'messages']) %}
    {% set voices = ref('voice_of_customer') %}
    {% set scores = ref('net_promoter_scores') %}
    {% for name, in_facts, in_mart in [
        ('tickets', 'select count(*) from tickets', 'select count(*) from ' ~ ref('ticket_performance')),
        ('solved tickets', 'select count(*) from tickets where solved_date <= ' ~ as_of(), 'select count(*) from ' ~ ref('ticket_performance') ~ ' where not is_open'),
        ('tickets of contact reasons', 'select count(*) from tickets', 'select sum(ticket_count) from ' ~ ref('contact_reasons')),
        ('opened tickets by day', 'select count(*) from tickets where opened_date <= ' ~ last_day, 'select sum(opened_ticket_count) from ' ~ ref('ticket_backlog')),
        ('solved tickets by day', 'select count(*) from tickets where solved_date <= ' ~ last_day, 'select sum(solved_ticket_count) from ' ~ ref('ticket_backlog')),
        ('backlog of the last day',
            'select count(*) from tickets where opened_date <= ' ~ last_day ~ ' and (solved_date is null or solved_date > ' ~ last_day ~ ')',
            'select sum(backlog_ticket_count) from ' ~ ref('ticket_backlog') ~ ' where date_day = ' ~ last_day),
        ('unanswered tickets of the last day',
            'select count(*) from tickets where opened_date <= ' ~ last_day ~ ' and (solved_date is null or solved_date > ' ~ last_day ~ ')'
            ~ ' and (first_response_at is null or ' ~ business_date('first_response_at') ~ ' > ' ~ last_day ~ ')',
            'select sum(unanswered_ticket_count) from ' ~ ref('ticket_backlog') ~ ' where date_day = ' ~ last_day),
        ('parcels', 'select count(*) from ' ~ ref('fct_shipment') ~ ' where ship_date <= ' ~ as_of(), 'select sum(parcel_count) from ' ~ ref('delivery_performance')),
        ('shipped orders', 'select count(*) from shipped_orders', 'select sum(order_count) from ' ~ ref('delivery_performance')),
        ('tickets of shipped orders', 'select count(*) from tickets where order_id in (select order_id from shipped_orders)', 'select sum(ticket_count) from ' ~ ref('delivery_performance')),
        ('reviews of shipped orders', 'select count(*) from reviews where order_id in (select order_id from shipped_orders)', 'select sum(review_count) from ' ~ ref('delivery_performance')),
        ('stars of shipped orders', 'select sum(stars) from reviews where order_id in (select order_id from shipped_orders)', 'select sum(review_stars) from ' ~ ref('delivery_performance')),
        ('reviews', 'select count(*) from reviews', 'select sum(text_count) from ' ~ voices ~ " where document_source = 'review'"),
        ('reviews of 4 or 5 stars', 'select count(*) from reviews where stars >= 4', 'select sum(positive_count) from ' ~ voices ~ " where document_source = 'review'"),
        ('reviews of 1 or 2 stars', 'select count(*) from reviews where stars <= 2', 'select sum(negative_count) from ' ~ voices ~ " where document_source = 'review'"),
        ('survey answers', 'select count(*) from ' ~ ref('fct_survey_response') ~ ' where response_date <= ' ~ as_of(), 'select sum(text_count) from ' ~ voices ~ " where document_source = 'survey'"),
        ('tickets that speak', 'select count(*) from tickets', 'select sum(text_count) from ' ~ voices ~ " where document_source = 'ticket'"),
        ('mentions', 'select count(*) from ' ~ ref('fct_mention') ~ ' where mention_date <= ' ~ as_of(), 'select sum(text_count) from ' ~ voices ~ " where document_source = 'mention'"),
        ('sentiments', 'select sum(text_count) from ' ~ voices, 'select sum(positive_count + neutral_count + negative_count + unread_count) from ' ~ voices),
        ('scores in total', 'select count(*) from ' ~ ref('fct_survey_response') ~ ' where response_date <= ' ~ complete_up_to(['surveys']), 'select sum(answer_count) from ' ~ scores ~ " where group_kind = 'total'"),
        ('scores by country', 'select sum(answer_count) from ' ~ scores ~ " where group_kind = 'total'", 'select sum(answer_count) from ' ~ scores ~ " where group_kind = 'country'"),
        ('scores by delivery', 'select sum(answer_count) from ' ~ scores ~ " where group_kind = 'total'", 'select sum(promoter_count + passive_count + detractor_count) from ' ~ scores ~ " where group_kind = 'delivery'"),
    ] %}
        {{ 'union all' if not loop.first }}
        select
            '{{ name }}' as what,
            coalesce(({{ in_facts }}), 0) as in_facts,
            coalesce(({{ in_mart }}), 0) as in_mart
    {% endfor %}
)

select *
from compared
where in_facts <> in_mart
