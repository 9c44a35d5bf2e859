"""Campaigns bring visits on their days; these cost what they are worth, and the figures settle in three days."""

from datetime import date, timedelta

import pytest

from tools.simulator import campaigns, countries

# On which days the links of visits may name a campaign, said a second time.
RUNS = """
    case utm.campaign
        when 'gifts' then strftime(occurred_at, '%m-%d') between '11-01' and '12-24'
        when 'back_to_school' then
            geo.country <> 'BR' and strftime(occurred_at, '%m-%d') between '08-01' and '09-20'
            or geo.country = 'BR' and strftime(occurred_at, '%m-%d') between '01-10' and '02-20'
        else utm.campaign in ('brand', 'retargeting')
    end
"""
# As last told.
CAMPAIGNS = """
    from ads_campaigns select * exclude (ended_on), coalesce(ended_on, date '9999-12-31') as ended_on
    qualify row_number() over (partition by campaign_id order by _ingested_at desc) = 1
"""


def test_every_figure_is_of_a_campaign_in_its_currency(long_zone):
    long_zone.none("""
        from ads_daily_spend as s left join ads_campaigns as c using (campaign_id)
        where c.currency_code is distinct from s.currency_code
    """)
    # Google's and Meta's and the newsletter's, of which back_to_school is one for each of three countries, brand one
    # for each of four with Google: 3 * 6 + 3.
    assert long_zone.value("select count(distinct campaign_id) from ads_campaigns") == 21


def test_links_are_those_of_visits(long_zone):
    pairs = "select distinct utm_source, utm_campaign from ads_campaigns"
    assert long_zone.rows(f"from ({pairs}) except select utm.source, utm.campaign from web_events") == []


def test_visits_name_only_campaigns_that_run(long_zone):
    long_zone.none(f"from web_events where utm is not null and not ({RUNS})")
    named = long_zone.rows("select distinct utm.campaign from web_events where utm is not null order by 1")
    assert named == [("back_to_school",), ("brand",), ("gifts",), ("retargeting",)]


def test_every_visit_by_a_platform_is_of_one_campaign_as_the_agency_tells_it(long_zone):
    long_zone.none(f"""
        from web_events as e where utm.source <> 'partner' and (
            select count(*) from ({CAMPAIGNS}) as c
            where c.utm_source = e.utm.source and c.utm_campaign = e.utm.campaign
                and coalesce(c.country_code, e.geo.country) = e.geo.country
                and cast(e.occurred_at as date) between c.started_on and c.ended_on
        ) <> 1
    """)


@pytest.mark.parametrize(
    ("campaign", "days"),
    [
        (campaigns.BACK_TO_SCHOOL, "between '2025-09-01' and '2025-09-20'"),
        (campaigns.GIFTS, "between '2025-11-01' and '2025-12-09'"),
    ],
)
def test_a_season_brings_visits(long_zone, campaign, days):
    """Counted for each unpaid visit, because those tell how busy the days were without advertising."""
    # Brazil's schools have another season.
    visits = """
        select utm is not null as is_paid, cast(occurred_at as date) as day from web_events where geo.country <> 'BR'
        qualify row_number() over (partition by session_id order by occurred_at) = 1
    """
    rate = f"select count_if(is_paid) / count_if(not is_paid) from ({visits}) where day"
    during = long_zone.value(f"{rate} {days}")
    without = long_zone.value(f"{rate} between '2025-09-21' and '2025-10-31'")
    # At 30 orders a day, chance moves the quotient by up to 0.1 (one standard deviation).
    uplift = campaigns.BROUGHT[campaign]
    assert 0.5 * uplift < during / without - 1 < 1.5 * uplift


def test_what_runs_on_a_day():
    """Brazil's school year begins in February."""
    of_country = {
        code: [name for name, brought in zip(campaigns.NAMES, row, strict=True) if brought]
        for code, row in zip(countries.CODES, campaigns.brought(date(2026, 1, 10)), strict=True)
    }
    without = ["brand", "retargeting"]
    assert of_country == {"DE": without, "US": without, "BR": ["brand", "back_to_school", "retargeting"], "GB": without}
    year = [campaigns.brought(date(2025, 1, 1) + timedelta(days=n)) for n in range(365)]
    assert sum(day[countries.DE, campaigns.GIFTS] > 0 for day in year) == 30 + 24
    assert sum(day[countries.BR, campaigns.BACK_TO_SCHOOL] > 0 for day in year) == 22 + 20


def test_figures_stand_on_the_days_of_each_campaign_and_settle_within_three_days(long_zone):
    long_zone.none(f"""
        from (
            select campaign_id, cast(unnest(generate_series(
                greatest(started_on, date '2025-09-01'), least(ended_on, date '2025-12-09'), interval 1 day
            )) as date) as spend_date
            from ({CAMPAIGNS})
        ) as running
        full join (select distinct campaign_id, spend_date from ads_daily_spend) as spent
            using (campaign_id, spend_date)
        where running.campaign_id is null or spent.campaign_id is null
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
