"""Hold kpi.kpi_alerts against the incidents that the simulator plants: `python -m tools.benchmarks.alerts`.

Of a warehouse that was built of a simulated landing zone: how many incidents some series alarms of that shows them,
from an incident's first day to as many days after its last one as it takes to be seen; and how many periods of a
month the others are alerts. Beside it what three standard deviations of each whole series say. Models read none of
this. Exit code 1 where fewer than nine of ten incidents are found, or a series alarms more often than it is set to.
"""

import argparse
from pathlib import Path

import duckdb
import pandas as pd
from techco.settings import landing_folder, warehouse_file

from tools.benchmarks.evidence import ROOT, save
from tools.simulator.emit.answers import answers_folder

LEAST_RECALL, DAYS_OF_MONTH = 0.9, 30.4375
# Of a month of a series: what it is set to, and as much again, as promotions and holidays are incidents to it as well.
MOST_ALARMS = 2.0
# Which series show an incident, and for how many days after it: parcels have to arrive, and goods to come back.
SHOWN_BY = {
    "outcry": ("series_kind like 'mentions%'", 1),
    "click_price": ("series_kind like '%click_price' and {subject} in (subject_key, source)", 1),
    "payment_outage": ("series_kind = 'payment_failure_rate'", 1),
    "checkout_broken": (
        "subject_key in ('conversion_rate', 'checkout_abandonment_rate', 'cart_abandonment_rate')",
        1,
    ),
    "carrier_delay": ("subject_key in ('on_time_delivery_rate', 'delivery_days')", 10),
    "faulty_batch": ("series_kind like '%returns%' and product_id = {subject}", 28),
}
VERDICTS = """
    create temporary table verdicts as
    select
        said.*, cast(said.period_start as date) as date_day, products.product_id, campaigns.utm_source as source,
        abs(value - avg(value) over series) > 3 * stddev_pop(value) over series as is_beyond_three_sigmas
    from intermediate.pred_series__verdicts as said
    left join core.dim_product as products on said.subject_key = products.product_key
    left join core.dim_campaign as campaigns on said.subject_key = campaigns.campaign_key
    where score is not null
    window series as (partition by series_kind, subject_key, said.country_code)
"""


def main() -> int:
    """Measure, print and save."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--landing", type=Path, default=landing_folder(ROOT))
    parser.add_argument("--warehouse", type=Path, default=warehouse_file(ROOT), help="built of the landing zone")
    chosen = parser.parse_args()
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"attach '{chosen.warehouse}' as warehouse (read_only)")
        connection.execute("use warehouse")
        connection.execute(VERDICTS.replace("table verdicts", "table temp.verdicts"))
        incidents = connection.execute(
            "from read_parquet(?) order by first_day, kind", [str(answers_folder(chosen.landing) / "incidents.parquet")]
        ).df()
        found = [of_incident(connection, incident) for incident in incidents.itertuples()]
        kinds = alarms(connection, incidents)
    results = {"incidents": found, "alarms_per_month": kinds} | totals(found, kinds)
    print(pd.DataFrame(found).to_string(index=False))
    print(pd.DataFrame(kinds).to_string(index=False))
    print(
        f"found {results['recall']:.2f} of {len(found)} incidents, three sigmas {results['recall_of_three_sigmas']:.2f}"
    )
    print(f"alarms of a series and month {results['mean_alarms']:.2f}, {results['mean_alarms_of_three_sigmas']:.2f}")
    missed = [name for name, is_reached in reached(results).items() if not is_reached]
    for name in missed:
        print(f"not reached: {name}")
    save("alerts", results | {"not_reached": missed})
    return int(bool(missed))


def where_shown(incident) -> str:
    """The condition of verdicts that show an incident, in its time."""
    series, days = SHOWN_BY[incident.kind]
    subject = "null" if pd.isna(incident.subject) else f"'{incident.subject}'"
    first, last = incident.first_day.date(), (incident.last_day + pd.Timedelta(days=days)).date()
    return f"{series.format(subject=subject)} and date_day between date '{first}' and date '{last}'"


def of_incident(connection: duckdb.DuckDBPyConnection, incident) -> dict:
    """By how many alerts it shows, and from which day on."""
    rows = connection.execute(
        f"""
        select
            coalesce(count_if(is_alert), 0), coalesce(count_if(is_beyond_three_sigmas), 0),
            min(date_day) filter (is_alert), round(max(score), 2)
        from temp.verdicts where {where_shown(incident)}
        """
    ).fetchall()
    alerts, three_sigmas, first, score = rows[0]
    return {
        "kind": incident.kind,
        "subject": None if pd.isna(incident.subject) else incident.subject,
        "first_day": str(incident.first_day.date()),
        "alerts": int(alerts),
        "three_sigmas": int(three_sigmas),
        "first_alert": str(first) if first else None,
        "highest_score": score,
    }


def alarms(connection: duckdb.DuckDBPyConnection, incidents: pd.DataFrame) -> list[dict]:
    """Alerts of a series and month beside the incidents that it shows, by kind of series."""
    shown = " or ".join(f"({where_shown(incident)})" for incident in incidents.itertuples()) or "false"
    rows = connection.execute(
        f"""
        select
            series_kind, count(distinct subject_key || country_code) as series, count(*) as periods,
            sum(1 / case period_kind when 'hour' then 24 else 1 end) / {DAYS_OF_MONTH} as months,
            round(count_if(is_alert) / months, 3) as alarms,
            round(count_if(coalesce(is_beyond_three_sigmas, false)) / months, 3) as of_three_sigmas
        from temp.verdicts where not coalesce({shown}, false)
        group by all order by all
        """
    ).df()
    found: list[dict] = rows.to_dict("records")
    return found


def totals(found: list[dict], kinds: list[dict]) -> dict:
    """Recall, and alarms of a series and month."""
    months = sum(kind["months"] for kind in kinds) or 1
    return {
        "recall": round(sum(one["alerts"] > 0 for one in found) / max(len(found), 1), 3),
        "recall_of_three_sigmas": round(sum(one["three_sigmas"] > 0 for one in found) / max(len(found), 1), 3),
        "mean_alarms": round(sum(kind["alarms"] * kind["months"] for kind in kinds) / months, 3),
        "mean_alarms_of_three_sigmas": round(
            sum(kind["of_three_sigmas"] * kind["months"] for kind in kinds) / months, 3
        ),
    }


def reached(results: dict) -> dict[str, bool]:
    """What is aimed at."""
    kinds = results["alarms_per_month"]
    return {
        f"{LEAST_RECALL} of the incidents": results["recall"] >= LEAST_RECALL,
        f"{MOST_ALARMS} alarms a month of any kind of series": all(kind["alarms"] <= MOST_ALARMS for kind in kinds),
    }


if __name__ == "__main__":
    raise SystemExit(main())
