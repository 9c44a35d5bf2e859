"""Orders, lines, payments and refunds agree to the cent, and orders live in an allowed way."""

STEPS = {
    ("pending", "paid"),
    ("pending", "cancelled"),
    ("paid", "shipped"),
    ("paid", "cancelled"),
    ("shipped", "delivered"),
    ("delivered", "returned"),
}


def test_lines_make_the_order(long_zone):
    long_zone.none("""
        with lines as (
            select order_id, sum(quantity * unit_price) as items, sum(discount_amount) as discount
            from shop_order_items group by 1
        )
        from shop_orders as o left join lines as l using (order_id)
        where l.items is distinct from o.items_amount or l.discount is distinct from o.discount_amount
            or o.total_amount <> o.items_amount - o.discount_amount + o.shipping_amount
            or o.discount_amount < 0 or o.shipping_amount < 0 or o.tax_amount >= o.total_amount
    """)


def test_an_order_is_paid_exactly_once(long_zone):
    long_zone.none("""
        with paid as (select order_id, sum(amount) as amount from captured group by 1)
        from shop_orders join paid using (order_id)
        where amount <> total_amount and order_status = 'paid'
    """)
    long_zone.none("""
        from shop_orders as o
        where order_status = 'paid' and not exists (from captured as p where p.order_id = o.order_id)
    """)
    assert long_zone.value("select count(*) from shop_payments where payment_status = 'failed'") > 0
    assert long_zone.value("select count(*) from captured where payment_method = 'voucher'") > 0


def test_refunds_never_exceed_their_payment(long_zone):
    long_zone.none("""
        with refunded as (select payment_id, order_id, sum(amount) as amount from shop_refunds group by all)
        from refunded as r left join captured as p using (payment_id)
        where p.payment_id is null or r.amount > p.amount or r.order_id <> p.order_id
    """)
    reasons = {reason for (reason,) in long_zone.rows("select distinct refund_reason from shop_refunds")}
    assert reasons == {"return", "cancellation", "goodwill", "damaged"}


def test_cancelled_after_payment_is_refunded_in_full(long_zone):
    last_day = long_zone.value("select max(ingested_on) from shop_orders")
    long_zone.none(f"""
        with refunded as (select order_id, sum(amount) as amount from shop_refunds group by 1),
            paid as (select order_id, sum(amount) as amount from captured group by 1)
        from shop_orders as o join paid using (order_id) left join refunded as r using (order_id)
        where order_status = 'cancelled' and o.updated_at < date '{last_day}' - 2
            and r.amount is distinct from paid.amount
    """)


def test_states_follow_each_other(long_zone):
    found = set(
        long_zone.rows("""
        select distinct before, order_status from (
            select order_status, lag(order_status) over (partition by order_id order by _lsn) as before from shop_orders
        ) where before is not null
    """)
    )
    assert found == STEPS
    long_zone.none("select order_id from shop_orders group by order_id, order_status having count(*) > 1")
    long_zone.none("""
        select order_id, _committed_at from shop_orders group by all having count(*) > 1
    """)


def test_keys_are_complete(long_zone):
    for child, key, parent in (
        ("shop_order_items", "order_id", "placed"),
        ("shop_payments", "order_id", "placed"),
        ("shop_refunds", "order_id", "placed"),
        ("shop_order_items", "product_id", "erp_products"),
        ("placed", "customer_id", "shop_customers"),
        ("placed", "promotion_id", "shop_promotions"),
        ("shop_addresses", "customer_id", "shop_customers"),
        ("wms_shipments", "order_id", "placed"),
        ("wms_returns", "order_item_id", "shop_order_items"),
        ("erp_products", "supplier_id", "erp_suppliers"),
        ("erp_purchase_order_lines", "purchase_order_id", "erp_purchase_orders"),
        ("wms_inventory_movements", "product_id", "erp_products"),
    ):
        long_zone.none(f"from {child} as c where {key} is not null and {key} not in (select {key} from {parent})")
    long_zone.none("from placed where (customer_id is null) = (guest_email is null)")


def test_products_are_known_before_they_are_bought(long_zone):
    long_zone.none("""
        from erp_purchase_order_lines as l join erp_products as p using (product_id)
        where p._op = 'c' and l._op = 'c' and l._lsn < p._lsn
    """)


def test_nobody_orders_before_registering_or_after_leaving(long_zone):
    long_zone.none("""
        from placed as o join shop_customers as c using (customer_id)
        where (c._op = 'c' and o.ordered_at < c.registered_at) or (c._op = 'd' and o.ordered_at > c._committed_at)
    """)
    long_zone.none("""
        from placed as o join shop_addresses as a on a.address_id = o.shipping_address_id
        where (a._op = 'c' and o.ordered_at < a._committed_at) or (a._op = 'd' and o.ordered_at > a._committed_at)
    """)


def test_nobody_buys_a_product_before_its_launch(long_zone):
    long_zone.none("""
        from placed join shop_order_items using (order_id) join erp_products as p using (product_id)
        where cast(ordered_at as date) < p.launched_on
    """)
