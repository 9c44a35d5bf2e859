-- Days on which a step of the funnel has more visits than the one before it; and visits whose funnel passes over a step that they never took.
select
    'daily_web' as table_name,
    cast(date_day as varchar) || ' ' || country_code || ' ' || device_type || ' ' || channel_group as found
from {{ ref('daily_web') }}
where
    visit_count < product_view_visit_count
    or product_view_visit_count < funnel_cart_visit_count
    or funnel_cart_visit_count < funnel_checkout_visit_count
    or funnel_checkout_visit_count < funnel_purchase_visit_count
    or cart_visit_count < funnel_cart_visit_count
    or checkout_visit_count < funnel_checkout_visit_count
    or purchase_visit_count < funnel_purchase_visit_count

union all

select
    'fct_web_session' as table_name,
    session_id as found
from {{ ref('fct_web_session') }}
where
    (funnel_step >= 1) <> (product_view_count > 0)
    or (funnel_step >= 2 and not has_cart)
    or (funnel_step >= 3 and not has_checkout)
    or (funnel_step = 4 and not has_purchase)
