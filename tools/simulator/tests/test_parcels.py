"""Carriers tell of the parcels that the warehouses handed over."""


def test_every_step_is_of_a_parcel(long_zone):
    long_zone.none("""
        from carriers_tracking_events as e left join wms_shipments as s using (tracking_number)
        where s.tracking_number is null or s.carrier_code <> e.carrier_code
            or e.occurred_at < date_trunc('minute', s.shipped_at)
    """)


def test_parcels_are_delivered_when_their_order_is(long_zone):
    long_zone.none("""
        from carriers_tracking_events as e join wms_shipments using (tracking_number)
        left join shop_orders as o on o.order_id = wms_shipments.order_id and o.order_status = 'delivered'
        where event_type = 'delivered' and date_trunc('minute', o.updated_at) is distinct from e.occurred_at
    """)
    last_day = long_zone.value("select max(ingested_on) from carriers_tracking_events")
    long_zone.none(f"""
        from wms_shipments as s join shop_orders as o using (order_id)
        where order_status = 'delivered' and cast(o.updated_at as date) < '{last_day}' and not exists (
            from carriers_tracking_events as e where e.tracking_number = s.tracking_number and event_type = 'delivered'
        )
    """)


def test_only_receivers_sign(long_zone):
    long_zone.none("from carriers_tracking_events where signed_by is not null and event_type <> 'delivered'")
    unsigned = long_zone.value("""
        select avg(cast(signed_by is null as integer)) from carriers_tracking_events where event_type = 'delivered'
    """)
    assert 0.2 < unsigned < 0.5


def test_few_steps_come_late_or_twice(long_zone):
    late, twice = long_zone.rows("""
        select avg(cast(cast(occurred_at as date) < ingested_on as integer)),
            1 - count(distinct (tracking_number, event_type, occurred_at)) / count(*) from carriers_tracking_events
    """)[0]
    assert 0.005 < late < 0.04
    assert 0.003 < twice < 0.03
    long_zone.none("from carriers_tracking_events where ingested_on - cast(occurred_at as date) not in (0, 1)")


def test_returned_parcels_are_of_returned_orders(long_zone):
    long_zone.none("""
        from carriers_tracking_events join wms_shipments using (tracking_number)
        where event_type = 'returned_to_sender' and order_id not in (
            select order_id from wms_returns where returned_at > carriers_tracking_events.occurred_at
        ) and occurred_at < (select max(returned_at) - interval 6 hours from wms_returns)
    """)
    assert long_zone.value("select count(*) from carriers_tracking_events where event_type = 'delivery_failed'") > 0
