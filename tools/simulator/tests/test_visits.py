"""Visits lead to the orders that the shop knows."""


def test_purchases_are_orders_of_their_visit(long_zone):
    long_zone.none("""
        from (from web_events where event_type = 'purchase') as e
        full join (from placed where session_id is not null) as o
            on o.order_id = e.order_id and o.session_id = e.session_id and e.occurred_at = o.ordered_at
        where e.order_id is null or o.order_id is null
    """)
    long_zone.none("from placed where (sales_channel in ('web', 'app')) <> (session_id is not null)")


def test_bought_pieces_were_put_into_the_cart(long_zone):
    long_zone.none("""
        from placed as o join shop_order_items as l using (order_id)
        where session_id is not null and not exists (
            from web_events as e where e.session_id = o.session_id and e.event_type = 'add_to_cart'
                and e.product_id = l.product_id and e.quantity = l.quantity and e.occurred_at < o.ordered_at
        )
    """)


def test_what_is_sold_out_is_not_put_into_the_cart(long_zone):
    long_zone.none("""
        select session_id, product_id from web_events group by all
        having bool_or(event_type = 'add_to_cart') and not bool_or(event_type = 'product_view' and in_stock)
    """)
    assert 0 < long_zone.value("select avg(cast(not in_stock as integer)) from web_events") < 0.1


def test_customers_are_known_only_once_logged_in_and_with_consent(long_zone):
    long_zone.none("from web_events where not consent.analytics and (customer_id is not null or device.id is not null)")
    long_zone.none("""
        from (
            select customer_id is null
                and lag(customer_id) over (partition by session_id order by occurred_at) is not null as logged_out
            from web_events
        ) where logged_out
    """)
    long_zone.none("select session_id from web_events group by 1 having count(distinct customer_id) > 1")
    long_zone.none("""
        from web_events as e join placed as o using (order_id)
        where e.consent.analytics and e.customer_id is distinct from o.customer_id
    """)


def test_event_ids_are_uuids_of_their_time(zone):
    pattern = "[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
    zone.none(f"select event_id from web_events where not regexp_full_match(cast(event_id as varchar), '{pattern}')")
    zone.none("""
        from web_events where epoch_us(occurred_at) // 1000
            <> cast('0x' || replace(left(cast(event_id as varchar), 13), '-', '') as bigint)
    """)
    assert zone.value("select count(distinct event_id) - count(*) from web_events") == 0


def test_visits_are_short_and_land_by_the_time_of_each_event(long_zone):
    long_zone.none("from web_events where cast(occurred_at as date) <> ingested_on")
    long_zone.none("""
        select session_id from web_events group by 1
        having max(occurred_at) - min(occurred_at) > interval 2 hours
    """)
    over_midnight = (
        "select count(*) from (from web_events select session_id group by 1 having count(distinct ingested_on) > 1)"
    )
    assert long_zone.value(over_midnight) > 0


def test_how_busy_the_shop_is(long_zone):
    events, sessions, orders, purchases = long_zone.rows("""
        select count(*), count(distinct session_id), (select count(*) from placed),
            count(*) filter (where event_type = 'purchase') from web_events
    """)[0]
    assert 0.8 < orders / (30 * 100) < 1.3
    # 0.45 orders from visits, of which one in 30 buys, with about two events: 27.
    assert 22 < events / orders < 32
    assert 0.02 < purchases / sessions < 0.04
    week = long_zone.value("select count(*) / 7 from placed where ordered_at between '2025-11-24' and '2025-12-01'")
    assert week > 1.5 * orders / 100
