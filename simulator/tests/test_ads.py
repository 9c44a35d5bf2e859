"""Advertising costs what the visits that it brought are worth, and its figures settle in three days."""


def test_every_figure_is_of_a_campaign_in_its_currency(long_zone):
    long_zone.none("""
        from ads_daily_spend as s left join ads_campaigns as c using (campaign_id)
        where c.currency_code is distinct from s.currency_code or s.spend_date < c.started_on
    """)
    assert long_zone.value("select count(distinct campaign_id) from ads_campaigns") == 15


def test_links_are_those_of_visits(long_zone):
    pairs = "select distinct utm_source, utm_campaign from ads_campaigns"
    assert long_zone.rows(f"from ({pairs}) except select utm.source, utm.campaign from web_events") == []


def test_days_are_complete_and_corrected_within_three_days(long_zone):
    long_zone.none("""
        select spend_date from ads_daily_spend group by 1 having count(distinct campaign_id) <> 15
    """)
    long_zone.none("select campaign_id, spend_date from ads_daily_spend group by all having count(*) > 2")
    long_zone.none("from ads_daily_spend where ingested_on - spend_date not between 0 and 3")
    assert long_zone.value("select count(*) from ads_daily_spend where ingested_on > spend_date") > 500


def test_clicks_follow_visits(long_zone):
    correlation = long_zone.value("""
        with clicks as (
            select utm_source as source, spend_date as day, sum(clicks) as clicks from (
                select campaign_id, spend_date, arg_max(click_count, _ingested_at) as clicks
                from ads_daily_spend group by all
            ) join (select distinct campaign_id, utm_source from ads_campaigns) using (campaign_id) group by all
        ),
        visits as (
            select utm.source as source, cast(occurred_at as date) as day, count(*) as visits
            from web_events where utm is not null group by all
        )
        select corr(clicks, visits) from clicks join visits using (source, day)
    """)
    assert correlation > 0.85
