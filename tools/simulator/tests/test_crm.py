"""The CRM knows the shop's customers, and what they allow."""


def test_contacts_are_the_customers(long_zone):
    long_zone.none("""
        with known as (
            select customer_id, lower(any_value(email)) as email from shop_customers where _op <> 'd' group by 1
        )
        from known full join (select distinct customer_id, email from crm_contacts where customer_id is not null) as c
            using (customer_id)
        where known.email is distinct from c.email
    """)
    long_zone.none("""
        with latest as (
            select customer_id, arg_max(phone, _ingested_at) as phone from crm_contacts
            where customer_id is not null group by 1
        ),
        known as (select customer_id, arg_max(phone, _lsn) as phone from shop_customers where _op <> 'd' group by 1)
        from latest join known as c using (customer_id)
        where latest.phone <> c.phone
    """)
    leads = long_zone.value("select count(distinct contact_id) from crm_contacts where customer_id is null")
    assert leads > 0


def test_contacts_come_on_their_day(long_zone):
    long_zone.none("""
        from crm_contacts where ingested_on < cast(created_at as date)
    """)
    long_zone.none("""
        select contact_id from crm_contacts group by 1
        having min(ingested_on) <> greatest(cast(min(created_at) as date), date '2025-09-01')
    """)


def test_everyone_declares_each_purpose_once_at_registration(long_zone):
    long_zone.none("""
        select customer_id from crm_consents where source = 'registration' group by 1
        having count(distinct purpose) <> 4 or count(distinct consent_id) <> 4
    """)
    long_zone.none("""
        from (select distinct customer_id, declared_at from crm_consents where source = 'registration') as d
        full join (select customer_id, min(registered_at) as registered_at from shop_customers
            where _op <> 'd' group by 1) as c using (customer_id)
        where c.registered_at is distinct from d.declared_at
    """)


def test_declarations_alternate(long_zone):
    long_zone.none("""
        from (
            select granted, lag(granted) over (partition by customer_id, purpose order by declared_at) as before
            from (select distinct on (consent_id) * from crm_consents)
        ) where granted = before
    """)
    again = long_zone.value("select count(distinct consent_id) from crm_consents where source <> 'registration'")
    assert again > 50


def test_requests_come_under_the_law_of_the_country(long_zone):
    laws = {"DE": "GDPR", "US": "CCPA", "BR": "LGPD", "GB": "UK GDPR"}
    rows = long_zone.rows("""
        select distinct country_code, privacy_regime
        from crm_privacy_requests join shop_customers using (customer_id) where _op <> 'd'
    """)
    assert rows
    assert all(laws[country] == law for country, law in rows)


def test_who_asks_to_be_erased_buys_no_more(long_zone):
    long_zone.none("""
        from crm_privacy_requests as r join placed as o using (customer_id)
        where request_type = 'erase' and o.ordered_at > r.requested_at
    """)


def test_objections_are_heeded(long_zone):
    rows = long_zone.rows("""
        select o.customer_id, c.purpose, arg_max(c.granted, c.declared_at) as granted
        from crm_privacy_requests as o join crm_consents as c using (customer_id)
        where request_type = 'object' and purpose <> 'analytics'
            and cast(c.declared_at as date) <= cast(o.requested_at as date)
        group by all
    """)
    assert rows
    assert not [row for row in rows if row[2]]
