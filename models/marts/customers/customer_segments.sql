with

customers as (

    select *
    from {{ ref('dim_customer') }}
    where
        customer_key <> 'unknown'
        and not is_deleted

),

sales as (

    select *
    from {{ ref('agg_customer__sales') }}

),

-- Who has a purchase. A customer of whom there is only a reversal or a refund has amounts and no score.
buyers as (

    select *
    from sales
    where order_count > 0

),

-- A score is the fifth that a customer stands in: 1 plus the whole fifths of buyers that are strictly worse, so equals score alike.
buyers_with_scores as (

    select
        *,
        1 + cast(floor(
            5 * cast(rank() over (order by recency_days desc nulls last) - 1 as double)
            / count(*) over ()
        ) as bigint) as recency_score,
        1 + cast(floor(
            5 * cast(rank() over (order by order_count) - 1 as double) / count(*) over ()
        ) as bigint) as frequency_score,
        case
            when net_amount_reporting is not null then 1 + cast(floor(
                5 * cast(rank() over (order by net_amount_reporting nulls last) - 1 as double)
                / nullif(count(net_amount_reporting) over (), 0)
            ) as bigint)
        end as monetary_score
    from buyers

),

-- Rules are asked once for each combination of scores. Who never bought has none, which the rules call 0.
scores as (

    select distinct
        recency_score,
        frequency_score,
        coalesce(monetary_score, 0) as monetary_score
    from buyers_with_scores

    union all

    select
        0 as recency_score,
        0 as frequency_score,
        0 as monetary_score

),

segments as (

    select
        scores.*,
        definitions.segment_name
    from scores
    inner join {{ ref('segment_definitions') }} as definitions
        on
            scores.recency_score between definitions.recency_from and definitions.recency_to
            and scores.frequency_score >= definitions.frequency_from
            and scores.monetary_score >= definitions.monetary_from
    qualify
        row_number() over (
            partition by scores.recency_score, scores.frequency_score, scores.monetary_score
            order by definitions.rule_number
        ) = 1

)

select
    ---------- key
    customers.customer_key,

    ---------- attributes
    customers.country_code,
    customers.acquisition_channel,
    customers.loyalty_tier,
    customers.registered_on,
    segments.segment_name,

    ---------- scores, 1 (worst) to 5 (best); null without an order
    buyers_with_scores.recency_score,
    buyers_with_scores.frequency_score,
    buyers_with_scores.monetary_score,

    ---------- measures
    sales.recency_days,
    coalesce(sales.order_count, 0) as order_count,
    coalesce(sales.unit_count, 0) as unit_count,
    cast(
        case
            when sales.customer_key is null then 0
            else sales.net_amount_reporting
        end as decimal(18, 3)
    ) as net_amount_reporting,
    cast(
        case
            when sales.customer_key is null then 0
            else sales.refund_amount_reporting
        end as decimal(18, 3)
    ) as refund_amount_reporting,
    cast(round(
        cast(sales.discounted_order_count as double)
        / nullif(sales.order_count, 0), 4
    ) as decimal(18, 4)) as discounted_order_rate,
    sales.first_order_date,
    sales.last_order_date,
    '{{ var("reporting_currency") }}' as currency_code
from customers
left join sales
    on customers.customer_key = sales.customer_key
left join buyers_with_scores
    on customers.customer_key = buyers_with_scores.customer_key
left join segments
    on
        coalesce(buyers_with_scores.recency_score, 0) = segments.recency_score
        and coalesce(buyers_with_scores.frequency_score, 0) = segments.frequency_score
        and coalesce(buyers_with_scores.monetary_score, 0) = segments.monetary_score
