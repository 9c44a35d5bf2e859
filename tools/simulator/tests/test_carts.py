"""Carts are those of the visits, and become the orders that the shop knows."""


def test_ordered_carts_are_real_orders(long_zone):
    long_zone.none("""
        from carts_carts as c left join placed as o using (order_id)
        where cart_status = 'ordered' and (
            o.order_id is null or o.ordered_at <> c._written_at or o.customer_id is distinct from c.customer_id
            or o.currency_code <> c.currency_code
        )
    """)
    long_zone.none("from carts_carts where (cart_status = 'ordered') <> (order_id is not null)")
    long_zone.none("select order_id from carts_carts where order_id is not null group by 1 having count(*) > 1")
    last_day = long_zone.value("select max(ingested_on) from carts_carts")
    long_zone.none(f"""
        from placed as o where session_id is not null and cast(ordered_at as date) <= '{last_day}'
            and not exists (from carts_carts as c where c.order_id = o.order_id)
    """)


def test_carts_are_ordered_in_their_visit_or_come_back_later(long_zone):
    long_zone.none("""
        from carts_carts as c join placed as o using (order_id)
        where (c.session_id <> o.session_id) <> (
            c.created_at < (select min(occurred_at) from web_events as e where e.session_id = o.session_id)
        )
    """)
    same, another = long_zone.rows("""
        select count(*) filter (c.session_id = o.session_id), count(*) filter (c.session_id <> o.session_id)
        from carts_carts as c join placed as o using (order_id)
    """)[0]
    assert same > 5 * another > 0


def test_what_is_ordered_lies_in_the_cart(long_zone):
    long_zone.none("""
        with inside as (
            select order_id, item.product_id, item.quantity, cast(item.unit_price as decimal(18, 2)) as unit_price
            from (select order_id, unnest(items) as item from carts_carts where order_id is not null)
        ),
        ordered as (
            select order_id, product_id, quantity, unit_price from shop_order_items
            join placed using (order_id) where session_id is not null
        )
        from inside full join ordered using (order_id, product_id, quantity, unit_price)
        where inside.order_id is null or ordered.order_id is null
    """)


def test_writes_of_a_cart_grow_and_end(long_zone):
    long_zone.none("select cart_id, _written_at from carts_carts group by all having count(*) > 1")
    long_zone.none("""
        from (
            select lag(cart_status) over w as before, _ingested_at < lag(_ingested_at) over w as falls,
                created_at > _written_at as early from carts_carts
            window w as (partition by cart_id order by _written_at)
        ) where before in ('ordered', 'expired') or falls or early
    """)
    long_zone.none("select cart_id from carts_carts group by 1 having count(distinct (session_id, created_at)) > 1")
    long_zone.none("""
        from (
            select cart_status, _written_at - lag(_written_at) over (partition by cart_id order by _written_at) as idle
            from carts_carts
        ) where cart_status = 'expired' and idle not between interval 29 days and interval 31 days
    """)


def test_carts_are_begun_emptied_and_left(long_zone):
    states = dict(long_zone.rows("select cart_status, count(distinct cart_id) from carts_carts group by 1"))
    assert min(states.values()) > 50
    assert long_zone.value("select count(*) from carts_carts where len(items) = 0") > 20
    returning = long_zone.value("""
        select count(*) from (
            from carts_carts select cart_id where cart_status = 'open' group by 1
            having max(_written_at) - min(_written_at) > interval 1 day
        )
    """)
    assert returning > 20
