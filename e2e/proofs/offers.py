"""Nobody is offered anything, nor reminded of a cart, whose consent does not stand by what the CRM landed."""

import json
import random
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from comparing import query
from conftest import BUILD, house

from proofs.erasure import landed_rows
from tools.simulator.__main__ import main as simulate

PURPOSE = "email_marketing"
BUSINESS_ZONE = ZoneInfo("Europe/Berlin")
# With a past in which customers stay away and come back, and in which some ask to be erased.
WORLD = (
    *("--customers", "300", "--orders-per-day", "12"),
    *("--start", "2025-09-01", "--history-days", "120", "--days", "2"),
)
FIRST_SEED = 800
MODELS = ("+offer_candidates", "+cart_recovery", "+daily_inventory_position", "+person_keys")
TESTS = ("assert_no_offer_without_consent", "assert_offers_keep_their_rules")


def run(round_number: int, folder: Path, target: Path | None = None) -> dict:
    """Build a world in which customers declare this and that on its last days, and hold each offer against the files.

    `differences` lists offers that nobody may make, and customers who are said to consent and do not, or the other way
    round; the counts say that there was something to find. The zone stays where there is any.
    """
    place = folder / f"round-{round_number}"
    shutil.rmtree(place, ignore_errors=True)
    home = house(place, target or folder / "target")
    assert simulate(["--out", str(home.landing), *WORLD, "--seed", str(FIRST_SEED + round_number)]) == 0
    changed_minds(home.landing, random.Random(round_number))
    home.dbt(*BUILD, "--select", *MODELS)
    home.dbt("test", "--select", *TESTS)
    may, must_not = permitted(home.landing)
    keys = dict(query(home.warehouse, "select person_key, person_id from pii.person_keys"))
    found, counts = [], {"persons": len(may | must_not), "permitted": len(may)}
    for table, condition in (
        ("offer_candidates", "is_allowed"),
        ("cart_recovery", "may_be_reminded"),
        ("contact_permissions", "may_be_contacted"),
    ):
        of_customers = f"select customer_key, count(*) from marketing.{table} where {condition} group by 1"
        told = query(home.warehouse, of_customers)
        counts[table] = sum(count for _, count in told)
        found += [f"{table}: {keys.get(key, key)} did not consent" for key, _ in told if keys.get(key) not in may]
    rules = "select customer_key, has_consent and has_no_objection from marketing.contact_permissions"
    found += [
        f"contact_permissions: {keys[key]} is said {'not ' if not allowed else ''}to consent"
        for key, allowed in query(home.warehouse, rules)
        if key in keys and keys[key] in may | must_not and allowed != (keys[key] in may)
    ]
    # Where nobody may be written to, or everybody, nothing is proven.
    assert may and must_not and counts["offer_candidates"] and counts["contact_permissions"]
    if not found:
        shutil.rmtree(place)
    return counts | {"differences": found}


def changed_minds(landing: Path, chance: random.Random) -> None:
    """Land declarations and requests of many customers around the end of the last day, several at one instant."""
    days = sorted(path.name.removeprefix("ingested_on=") for path in (landing / "crm" / "consents").iterdir())
    midnight = datetime.combine(date.fromisoformat(days[-1]) + timedelta(days=1), datetime.min.time(), BUSINESS_ZONE)
    instants = [midnight.astimezone(UTC) + timedelta(seconds=offset) for offset in (-86400, -3600, -1, 0, 3600)]
    customers = sorted(row["customer_id"] for row in landed_rows(landing, "shop", "customers"))
    declared, asked = [], []
    for number, customer in enumerate(chance.sample(customers, len(customers) // 2)):
        for place in range(chance.randint(1, 3)):
            purpose = chance.choice([PURPOSE, PURPOSE, "analytics"])
            declared.append(
                {"consent_id": f"N{number:06}-{place}", "customer_id": customer, "purpose": purpose}
                | {"granted": chance.random() < 0.5, "source": "web", "declared_at": written(chance.choice(instants))}
                | {"policy_version": "2025-01"}
            )
        if chance.random() < 0.2:
            asked.append(
                {"request_id": f"N{number:06}", "customer_id": customer, "privacy_regime": "GDPR"}
                | {"request_type": chance.choice(["erase", "object", "export"])}
                | {"requested_at": written(chance.choice(instants)), "email": "me@example.com", "details": "please"}
            )
    for table, rows in (("consents", declared), ("privacy_requests", asked)):
        folder = landing / "crm" / table / f"ingested_on={days[-1]}"
        # On some days the simulated company has no request of this kind, and so no folder.
        folder.mkdir(parents=True, exist_ok=True)
        delivered = [row | {"_ingested_at": written(midnight.astimezone(UTC))} for row in rows]
        (folder / "changed-minds.jsonl").write_text("".join(json.dumps(row) + "\n" for row in delivered))


def permitted(landing: Path) -> tuple[set[str], set[str]]:
    """The customers whom the landed files let somebody write to, and those who declared something and may not be.

    Written apart from the project: the last declaration counts, of several at one instant the one delivered last, of
    one delivery the withdrawal; an objection takes back what was said until then, an erasure everything.
    """
    last_day = max(path.name.removeprefix("ingested_on=") for path in (landing / "crm" / "consents").iterdir())
    declarations, requests = {}, {}
    for row in landed_rows(landing, "crm", "consents"):
        known = declarations.get(row["consent_id"])
        if known is None or row["_ingested_at"] >= known["_ingested_at"]:
            declarations[row["consent_id"]] = row
    for row in landed_rows(landing, "crm", "privacy_requests"):
        requests[row["request_id"]] = row
    stands = {}
    for row in declarations.values():
        if row["purpose"] == PURPOSE and day_of(row["declared_at"]) <= last_day:
            order = (instant(row["declared_at"]), row["_ingested_at"], not row["granted"])
            stands[row["customer_id"]] = max(stands.get(row["customer_id"], order), order)
    may = {customer for customer, (_, _, is_withdrawn) in stands.items() if not is_withdrawn}
    for row in requests.values():
        customer = row["customer_id"]
        if customer not in may or day_of(row["requested_at"]) > last_day:
            continue
        is_objection = row["request_type"] == "object" and instant(row["requested_at"]) >= stands[customer][0]
        if row["request_type"] == "erase" or is_objection:
            may.discard(customer)
    return may, set(stands) - may


def instant(text: str) -> datetime:
    """An instant as the CRM writes it."""
    read = datetime.fromisoformat(text)
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def day_of(text: str) -> str:
    """The business date of an instant."""
    return instant(text).astimezone(BUSINESS_ZONE).date().isoformat()


def written(moment: datetime) -> str:
    """An instant as the CRM writes it."""
    return moment.replace(tzinfo=None).isoformat(timespec="microseconds")
