-- Offers that say something else than their rules do, and allowed ones that facts speak against: no rule is unknown, is_allowed is all of them and
-- denied_by names what is broken; of an allowed product some warehouse can promise a piece, and its price less the discount is more than its cost,
-- tax included or not; nobody answered a survey within the quiet period; each customer's allowed offers are ranked from 1 without a gap.
{%- set offers = offers() %}
{%- set rules = [
    'has_consent', 'has_no_objection', 'accepts_contact', 'is_past_quiet_period', 'is_in_stock', 'has_positive_margin',
] %}
with

candidates as (

    select *
    from {{ ref('offer_candidates') }}

),

stock as (

    select
        product_key,
        max(available_quantity) as available_quantity
    from {{ ref('daily_inventory_position') }}
    where date_day = {{ counted_up_to(['stock', 'sales']) }}
    group by product_key

),

answers as (

    select
        customer_key,
        max(response_date) as last_response_date
    from {{ ref('fct_survey_response') }}
    where response_date <= {{ as_of() }}
    group by customer_key

),

ranks as (

    select
        customer_key,
        count(*) as allowed_count,
        min(offer_rank) as first_rank,
        max(offer_rank) as last_rank,
        count(distinct offer_rank) as rank_count
    from candidates
    where is_allowed
    group by customer_key

)

select
    candidates.customer_key,
    candidates.offer_kind,
    candidates.product_key,
    candidates.denied_by
from candidates
left join {{ ref('dim_product') }} as products
    on candidates.product_key = products.product_key
left join stock
    on candidates.product_key = stock.product_key
left join answers
    on candidates.customer_key = answers.customer_key
left join ranks
    on candidates.customer_key = ranks.customer_key
where
    candidates.is_allowed is distinct from ({{ rules | join(' and ') }})
    or candidates.is_allowed is distinct from (candidates.denied_by is null)
    or candidates.is_allowed is distinct from (candidates.offer_rank is not null)
    {%- for rule in rules %}
        or (not candidates.{{ rule }}) is distinct from coalesce(candidates.denied_by like '%{{ rule }}%', false)
    {%- endfor %}
    or (
        candidates.is_allowed
        and (
            candidates.margin_after_discount_amount <= 0
            or {{ days_between('answers.last_response_date', as_of()) }} < {{ offers.quiet_days }}
            or ranks.first_rank <> 1
            or ranks.last_rank <> ranks.allowed_count
            or ranks.rank_count <> ranks.allowed_count
            or (
                candidates.product_key <> 'unknown'
                and (
                    stock.available_quantity is null
                    or stock.available_quantity <= 0
                    or products.list_price is null
                    or products.standard_cost is null
                    or products.list_price * (1 - candidates.discount_rate) <= products.standard_cost
                )
            )
        )
    )
