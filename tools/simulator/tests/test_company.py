"""The company over a year: seasons, customers who leave, products that come and go, and the answers that tell why.

Expected shares are worked out from the constants of the simulator or from its hidden answers. Tolerances are some
standard deviations of what chance does to a world of about 8,000 orders.
"""

import pytest

from tools.simulator import calendar, catalog, customers, incidents
from tools.simulator.shopping import CONVERSION, MORE_ON_DISCOUNT

VISITS = """(
    select session_id, cast(min(occurred_at) as date) as visited_on, count(*) as events,
        bool_or(event_type = 'purchase') as buys, any_value(device.type) as device
    from web_events group by 1
)"""
PRODUCTS = "(select distinct on (product_id) * from erp_products order by _lsn desc)"
LAST_DAY = "date '2025-12-31'"


@pytest.fixture
def hidden(year_zone) -> dict[str, str]:
    """The files of answers by name."""
    names = ("customers", "days", "demand_by_day", "demand_rates", "incidents", "texts")
    return {name: year_zone.answers(name) for name in names}


def test_weekdays_sell_as_they_should(year_zone):
    """Promotions last for days of all kinds, so a year's shares are those of the weekdays within two points."""
    rows = year_zone.rows("select isodow(ordered_at), count(*) from placed group by 1 order by 1")
    orders = sum(count for _, count in rows)
    for weekday, count in rows:
        # sqrt(0.14 * 0.86 / 8000) = 0.4 points.
        assert abs(count / orders - calendar.WEEKDAY[weekday - 1] / sum(calendar.WEEKDAY)) < 0.02


def test_the_year_has_its_seasons(year_zone):
    per_day = dict(
        year_zone.rows("""
            select strftime(ordered_at, '%Y-%m'), count(*) / count(distinct cast(ordered_at as date))
            from placed group by 1
        """)
    )
    quiet = (per_day["2025-07"] + per_day["2025-08"]) / 2
    assert per_day["2025-11"] > 1.4 * quiet
    assert per_day["2024-12"] > 1.2 * quiet
    # 0.0006 a day of growth are 22 % in a year.
    assert 1.05 < per_day["2025-12"] / per_day["2024-12"] < 1.4
    black_friday, before = year_zone.rows("""
        select count(*) filter (ordered_at >= '2025-11-24'), count(*) filter (ordered_at < '2025-11-24')
        from placed where ordered_at >= '2025-11-16' and ordered_at < '2025-12-02'
    """)[0]
    assert black_friday > 1.6 * before


def test_the_options_say_how_many(year_zone):
    assert 0.9 < year_zone.value("select count(*) from placed") / (20 * 396) < 1.1


def test_two_to_four_of_a_hundred_visits_buy(year_zone):
    months = year_zone.rows(f"select avg(cast(buys as integer)) from {VISITS} group by date_trunc('month', visited_on)")
    assert len(months) == 13
    # 0.03 of 6,000 visits: the standard deviation is 0.002.
    assert all(0.02 < share < 0.045 for (share,) in months)
    whole = year_zone.value(f"select avg(cast(buys as integer)) from {VISITS}")
    # Sold-out shelves and incidents cost some, discounts bring some.
    assert 0.9 * CONVERSION < whole < MORE_ON_DISCOUNT * CONVERSION < 0.04


def test_most_visits_are_short(year_zone):
    one, few = year_zone.rows(f"""
        select avg(cast(events = 1 as integer)), avg(cast(events <= 3 as integer)) from {VISITS}
    """)[0]
    assert 0.5 < one < 0.7
    assert few > 0.8


def test_customers_leave_as_their_hazards_say(year_zone, hidden):
    """Of each kind, those who have left by the end are as many as the exponential distribution says.

    Each person's hazard is known, so the expected share is the mean of 1 - exp(-hazard * days since registration).
    """
    rows = year_zone.rows(f"""
        select kind, count(*), avg(cast(left_at < {LAST_DAY} as integer)),
            avg(1 - exp(-leaving_hazard * epoch({LAST_DAY} - registered_at) / 86400))
        from {hidden["customers"]} where registered_at < {LAST_DAY} group by 1
    """)
    assert {kind for kind, *_ in rows} == set(customers.KINDS)
    for _, count, left, expected in rows:
        assert abs(left - expected) < 4 * (0.25 / count) ** 0.5


def test_who_has_left_buys_no_more_until_coming_back(year_zone, hidden):
    orders = f"placed as o join {hidden['customers']} as c using (customer_id)"
    year_zone.none(f"""
        from {orders} where cast(o.ordered_at as date) > cast(c.left_at as date) and not coalesce(
            cast(o.ordered_at as date) between cast(c.back_at as date) and cast(c.left_again_at as date), false
        )
    """)
    assert year_zone.value(f"select count(distinct customer_id) from {orders} where ordered_at > back_at") > 10


def test_silence_tells_who_has_left(year_zone, hidden):
    """Of earlier buyers, the share without an order in the last 90 days: who has left, and others by chance.

    Who stays is silent with the chance exp(-rate * what a rate brings on these days).
    """
    silent, expected, buyers = year_zone.rows(f"""
        with days as (from {hidden["days"]} where date > {LAST_DAY} - 90),
        buyers as (
            select customer_id, cast(max(ordered_at) as date) <= {LAST_DAY} - 90 as is_silent
            from placed where customer_id is not null
            group by 1 having cast(min(ordered_at) as date) <= {LAST_DAY} - 90
        )
        select avg(cast(is_silent as integer)), avg(exp(-purchase_rate * coalesce((
            select sum(orders_per_rate) from days
            where date between c.registered_at and c.left_at or date between c.back_at and c.left_again_at
        ), 0))), count(*)
        from buyers join {hidden["customers"]} as c using (customer_id) where not closed_account
    """)[0]
    assert buyers > 1000
    # Seasons of a kind, such as gifts before Christmas, are in no rate.
    assert abs(silent - expected) < 0.06


@pytest.mark.parametrize(("more", "less"), [("heavy", "regular"), ("business", "regular"), ("regular", "one_timer")])
def test_kinds_buy_at_their_rates(year_zone, hidden, more, less):
    """Orders for each customer of a kind; a heavy one's rate is 2.5 times a regular one's."""
    found = dict(
        year_zone.rows(f"""
            select kind, count(o.order_id) / count(distinct c.customer_id)
            from {hidden["customers"]} as c left join placed as o using (customer_id) group by 1
        """)
    )
    assert found[more] > 1.5 * found[less]


def test_bargain_hunters_take_discounts(year_zone, hidden):
    found = dict(
        year_zone.rows(f"""
            select kind, avg(cast(discount_amount > 0 as integer))
            from placed join {hidden["customers"]} using (customer_id) group by 1
        """)
    )
    assert max(found, key=found.get) == "bargain_hunter"
    assert found["bargain_hunter"] > 1.5 * found["regular"]


def test_products_come_and_go(year_zone):
    came, went = year_zone.rows(f"""
        select avg(cast(launched_on > date '2024-12-01' as integer)),
            avg(cast(product_status = 'discontinued' as integer)) from {PRODUCTS}
    """)[0]
    # Shares of 280 products, of which those launched later are never discontinued: 4 * sqrt(0.15 * 0.85 / 280) = 0.085.
    assert abs(came - catalog.LAUNCHED_LATER) < 0.085
    assert abs(went - catalog.DISCONTINUED * (1 - catalog.LAUNCHED_LATER)) < 0.085
    year_zone.none("""
        from placed join shop_order_items using (order_id)
        join (select product_id, min(cast(updated_at as date)) as ended_on from erp_products
            where product_status = 'discontinued' group by 1) using (product_id)
        where cast(ordered_at as date) >= ended_on
    """)


def test_categories_come_back_in_their_order(year_zone):
    found = dict(
        year_zone.rows(f"""
            select category_code, count(return_id) / count(*)
            from placed join shop_order_items using (order_id) join {PRODUCTS} using (product_id)
            left join wms_returns using (order_item_id) where cast(ordered_at as date) < {LAST_DAY} - 40 group by 1
        """)
    )
    factors = dict(zip(catalog.CATEGORIES.tolist(), catalog.RETURN_FACTORS.tolist(), strict=True))
    assert found.keys() == factors.keys()
    assert max(found, key=found.get) == max(factors, key=factors.get) == "wearables"
    assert found["wearables"] > 1.5 * max(found["accessories"], found["consoles"])
    assert found["phones"] > max(found["accessories"], found["consoles"])


def test_demand_is_what_was_expected_of_it(year_zone, hidden):
    """What was wanted is drawn from the rates, so the sums differ by chance alone; orders with none in stock count."""
    expected, wanted, unmet = year_zone.rows(f"""
        select (select sum(expected_units) from {hidden["demand_rates"]}), sum(wanted_units), sum(unmet_units)
        from {hidden["demand_by_day"]}
    """)[0]
    assert abs(wanted / expected - 1) < 0.04
    assert 0.01 < unmet / wanted < 0.08
    correlation = year_zone.value(f"""
        select corr(expected, wanted) from (
            select product_id, sum(expected_units) as expected from {hidden["demand_rates"]} group by 1
        ) join (select product_id, sum(wanted_units) as wanted from {hidden["demand_by_day"]} group by 1)
            using (product_id)
    """)
    assert correlation > 0.97


def test_what_was_met_was_ordered(year_zone, hidden):
    warehouses = "(select warehouse_id, country_code from wms_warehouses where warehouse_id <> 'WH-DE2')"
    year_zone.none(f"""
        with ordered as (
            select cast(o.ordered_at as date) as date, product_id, warehouse_id, sum(quantity) as units
            from placed as o join shop_order_items using (order_id)
            join {warehouses} as w on w.country_code = o.shipping_country_code
            where ordered_at < timestamp '2025-12-31' group by all
        ),
        met as (
            from {hidden["demand_by_day"]} select product_id, warehouse_id, sum(met_units) as units
            where date < date '2025-12-31' group by all having units > 0
        )
        from (select product_id, warehouse_id, sum(units) as units from ordered group by all) as o
        full join met using (product_id, warehouse_id) where abs(coalesce(o.units, 0) - coalesce(met.units, 0)) > 2
    """)


def test_incidents_show(year_zone, hidden):
    kinds = year_zone.rows(f"select distinct kind from {hidden['incidents']}")
    assert {kind for (kind,) in kinds} == set(incidents.KINDS)

    def during(kind: str, subject: str = "true") -> str:
        now = f"kind = '{kind}' and day between first_day and last_day and {subject}"
        return f"exists (from {hidden['incidents']} where {now})"

    posts = (
        "(select cast(posted_at as date) as day, count(distinct mention_id) as posts from social_mentions group by 1)"
    )
    now, usually = year_zone.rows(f"""
        select avg(posts) filter ({during("outcry")}), avg(posts) filter (not {during("outcry")}) from {posts}
    """)[0]
    assert now > 3 * usually
    mobile = f"(select *, visited_on as day from {VISITS} where device = 'mobile')"
    now, usually = year_zone.rows(f"""
        select avg(cast(buys as integer)) filter ({during("checkout_broken")}), avg(cast(buys as integer)) from {mobile}
    """)[0]
    assert now < 0.4 * usually
    failed = """(
        select cast(o.ordered_at as date) as day, cast(bool_or(payment_status = 'failed') as integer) as failed
        from placed as o join shop_payments using (order_id) group by order_id, 1
    )"""
    now, usually = year_zone.rows(f"""
        select avg(failed) filter ({during("payment_outage")}), avg(failed) from {failed}
    """)[0]
    assert now > 3 * usually
    lines = """(
        select cast(o.ordered_at as date) as day, product_id, cast(r.return_id is not null as integer) as returned
        from placed as o join shop_order_items using (order_id)
        left join wms_returns as r using (order_item_id, product_id)
    )"""
    now, usually = year_zone.rows(f"""
        select avg(returned) filter ({during("faulty_batch", "subject = product_id")}), avg(returned) from {lines}
    """)[0]
    assert now > 3 * usually


def test_sentiments_are_of_texts_that_landed(year_zone, hidden):
    year_zone.none(f"""
        from {hidden["texts"]} as t left join (select distinct mention_id from social_mentions) as m
            on m.mention_id = t.key
        where source = 'social' and m.mention_id is null
    """)
    found = year_zone.rows(f"select distinct source, sentiment from {hidden['texts']}")
    assert {
        (source, feeling) for source in ("reviews", "surveys") for feeling in ("positive", "neutral", "negative")
    } <= set(found)


def test_payment_fees(long_zone):
    """A share and a fixed part, from the price lists said a second time."""
    fees = "(values ('EUR', 'card', 0.0149, 0.25), ('GBP', 'paypal', 0.0249, 0.30), ('BRL', 'pix', 0.0099, 0)) as f"
    long_zone.none(f"""
        from captured as p join {fees}(currency, method, share, fixed)
            on f.currency = p.currency_code and f.method = p.payment_method
        where abs(fee_amount - (amount * share + fixed)) > 0.0051
    """)
    long_zone.none("from captured where fee_amount is null or (fee_amount > 0) <> (payment_method <> 'voucher')")
    long_zone.none("from shop_payments where payment_status <> 'captured' and fee_amount is not null")


def test_heavy_parcels_cost_more(long_zone):
    """A parcel of DHL costs 3.90 and 0.55 a kilogram."""
    long_zone.none("""
        with weights as (
            select order_id, sum(quantity * weight_grams) / 1000 as kilograms
            from shop_order_items join (select distinct product_id, weight_grams from erp_products) using (product_id)
            group by 1
        )
        from (select *, count(*) over (partition by order_id) as parcels from wms_shipments)
        join weights using (order_id)
        where carrier_code = 'dhl' and abs(shipping_cost - (3.90 + 0.55 * kilograms / parcels)) > 0.0051
    """)
