"""Stock moves for reasons, and is never negative."""


def test_stock_is_never_negative(long_zone):
    long_zone.none("""
        from (
            select sum(quantity) over (partition by warehouse_id, product_id order by moved_at, movement_id) as on_hand
            from wms_inventory_movements
        ) where on_hand < 0
    """)


def test_every_kind_of_movement_happens_and_has_its_sign(long_zone):
    signs = dict(
        long_zone.rows("select movement_type, list(distinct sign(quantity)) from wms_inventory_movements group by 1")
    )
    assert signs.pop("adjustment") is not None
    outward = {"sale", "transfer_out", "write_off"}
    assert set(signs) == outward | {"opening", "receipt", "return", "transfer_in"}
    for kind, found in signs.items():
        assert found == [-1 if kind in outward else 1], kind


def test_sales_are_what_was_shipped(long_zone):
    long_zone.none("""
        with shipped as (
            select order_id, product_id, sum(quantity) as pieces
            from shop_order_items where order_id in (select order_id from wms_shipments) group by all
        ),
        sold as (
            select reference_id as order_id, product_id, -sum(quantity) as pieces
            from wms_inventory_movements where movement_type = 'sale' group by all
        )
        from shipped full join sold using (order_id, product_id) where shipped.pieces is distinct from sold.pieces
    """)
    long_zone.none("""
        from wms_shipments as s left join shop_orders as o on o.order_id = s.order_id and o.order_status = 'shipped'
        where o.order_id is null or o.updated_at <> s.shipped_at
    """)


def test_transfers_close(long_zone):
    long_zone.none("""
        select reference_id from wms_inventory_movements where reference_type = 'transfer'
        group by 1 having sum(quantity) <> 0
    """)


def test_returns_in_good_condition_go_back_to_stock(long_zone):
    long_zone.none("""
        with back as (select reference_id as return_id, sum(quantity) as pieces from wms_inventory_movements
            where movement_type = 'return' group by 1)
        from wms_returns full join back using (return_id)
        where case when item_condition = 'as_new' then pieces is distinct from quantity else pieces is not null end
    """)


def test_receipts_are_what_purchase_orders_got(long_zone):
    long_zone.none("""
        with got as (
            select purchase_order_id, product_id, sum(received) as pieces from (
                select purchase_order_id, product_id, arg_max(received_quantity, _lsn) as received
                from erp_purchase_order_lines group by purchase_order_id, product_id, purchase_order_line_id
            ) group by all having sum(received) > 0
        ),
        moved as (
            select reference_id as purchase_order_id, product_id, sum(quantity) as pieces
            from wms_inventory_movements where movement_type = 'receipt' group by all
        )
        from got full join moved using (purchase_order_id, product_id) where got.pieces is distinct from moved.pieces
    """)
    long_zone.none("from erp_purchase_order_lines where received_quantity > ordered_quantity")


def test_purchases_keep_the_smallest_quantity(long_zone):
    long_zone.none("""
        from erp_purchase_order_lines join erp_purchase_orders as o using (purchase_order_id)
        join (select distinct supplier_id, product_id, minimum_quantity from erp_supplier_prices)
            using (supplier_id, product_id)
        where ordered_quantity < minimum_quantity
    """)


def test_counts_differ_from_the_books_by_their_adjustment(long_zone):
    long_zone.none("""
        with booked as (
            select c.stock_count_id, counted_quantity,
                coalesce(sum(m.quantity) filter (where m.moved_at <= c.counted_at), 0) as on_hand,
                coalesce(sum(m.quantity) filter (where m.reference_id = c.stock_count_id), 0) as adjustment
            from wms_stock_counts as c
            left join wms_inventory_movements as m using (warehouse_id, product_id) group by all
        )
        from booked where counted_quantity <> on_hand + adjustment
    """)


def test_stock_outs_happen_but_seldom(long_zone):
    share = long_zone.value("""
        with days as (select distinct ingested_on as day from wms_inventory_movements),
        shelves as (
            select warehouse_id, product_id, min(cast(moved_at as date)) as first_day
            from wms_inventory_movements where warehouse_id <> 'WH-DE2' group by all
        ),
        daily as (
            select warehouse_id, product_id, cast(moved_at as date) as day, sum(quantity) as quantity
            from wms_inventory_movements group by all
        ),
        closing as (
            select sum(coalesce(quantity, 0)) over (partition by s.warehouse_id, s.product_id order by d.day) as on_hand
            from shelves as s join days as d on d.day >= s.first_day
            left join daily using (warehouse_id, product_id, day)
        )
        select avg(cast(on_hand = 0 as integer)) from closing
    """)
    assert 0.001 < share < 0.08
