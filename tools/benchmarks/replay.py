"""Is the reorder plan worth following? `python -m tools.benchmarks.replay`.

The hidden demand of the simulated company's last 26 weeks is met twice, from the same stock and with the same
deliveries: once by the rule of days of cover (order where what is there and on its way lasts no longer than the
supplier takes, at the pace of the last 28 days), once by the rules of inventory.reorder_plan over the forecast of
each week. Buyers decide on Mondays, both by what was known then. Side by side: the share of wanted pieces that were
there, the mean value of the stock, and the margin lost. As more stock always meets more demand, the rule is tried
with more and more days in reserve; exit code 1 where it then meets as much as the plan with no more stock.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import yaml
from techco.predictions.demand_forecast import KEYS, WEEKS_AHEAD, Shelves
from techco.settings import landing_folder, warehouse_file

from tools.benchmarks.evidence import ROOT, save
from tools.simulator.emit.answers import answers_folder

WEEKS = 26
DAYS_OF_PACE = 28
# Days in reserve that the rule is tried with.
RESERVES = range(0, 29, 2)
SEED = 1


@dataclass(frozen=True)
class House:
    """Arrays by shelf, a product in a warehouse: what lies there, what one piece costs and earns, how it is delivered.

    `wanted` is of shape (shelves, days), `promised` (shelves, weeks) the days that a delivery ordered then takes.
    """

    stock: np.ndarray
    cost: np.ndarray
    margin: np.ndarray
    lead: np.ndarray
    lead_deviation: np.ndarray
    safety_factor: np.ndarray
    wanted: np.ndarray
    promised: np.ndarray


def main() -> int:
    """Replay, print and save."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--landing", type=Path, default=landing_folder(ROOT))
    parser.add_argument("--warehouse", type=Path, default=warehouse_file(ROOT), help="built of the landing zone")
    chosen = parser.parse_args()
    settings = yaml.safe_load((ROOT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]["reorder_plan"]
    with duckdb.connect(str(chosen.warehouse), read_only=True) as warehouse:
        demand = warehouse.execute("from intermediate.agg_inventory__weekly_demand").df()
        seasons = warehouse.execute("from reference.sales_seasons").df()
        shelves = Shelves(demand, seasons)
        first = len(shelves.weeks) - WEEKS
        house = read_house(warehouse, chosen.landing, shelves, first)
    review, cover = settings["review_days"], settings["cover_days"]
    rule = {
        reserve: replay(house, days_of_cover(shelves, first, house, reserve, review + cover)) for reserve in RESERVES
    }
    plan = replay(house, reorder_plan(shelves, first, house, review, cover))
    for reserve, result in rule.items():
        print(f"days of cover, {reserve:2} in reserve: {shown(result)}")
    print(f"reorder plan                : {shown(plan)}")
    better = [reserve for reserve, result in rule.items() if beats(result, plan)]
    save("replay", {"weeks": WEEKS, "days_of_cover": rule, "reorder_plan": plan, "rule_is_better_with": better})
    return int(bool(better))


def beats(rule: dict, plan: dict) -> bool:
    """Whether the rule meets as much as the plan with no more stock."""
    return rule["fill_rate"] >= plan["fill_rate"] and rule["stock_value"] <= plan["stock_value"]


def shown(result: dict) -> str:
    """A result in a line."""
    return ", ".join(f"{name} {value:,.4f}" if value < 1 else f"{name} {value:,.0f}" for name, value in result.items())


def read_house(warehouse: duckdb.DuckDBPyConnection, landing: Path, shelves: Shelves, first: int) -> House:
    """The house as the first of the weeks begins; `first` is its number."""
    monday = shelves.weeks[first]
    rows = warehouse.execute(
        """
        select
            balances.product_key, balances.warehouse_key, greatest(balances.closing_quantity, 0) as stock,
            cast(products.standard_cost as double) as cost,
            cast(products.list_price - products.standard_cost as double) as margin,
            coalesce(lead_times.lead_time_mean, suppliers.lead_time_days, 14) as lead,
            coalesce(lead_times.lead_time_standard_deviation, 0) as lead_deviation,
            levels.safety_factor, products.product_id, warehouses.warehouse_id
        from intermediate.agg_inventory__daily_balances as balances
        inner join core.dim_product as products using (product_key)
        inner join core.dim_warehouse as warehouses using (warehouse_key)
        left join core.dim_supplier as suppliers using (supplier_key)
        left join intermediate.agg_supplier__lead_times as lead_times using (supplier_key)
        left join intermediate.agg_product__margin_classes as margins using (product_key)
        left join reference.service_levels as levels on levels.abc_class = coalesce(margins.abc_class, 'C')
        where balances.date_day = ?
        """,
        [(monday - pd.Timedelta(days=1)).date()],
    ).df()
    rows = shelves.keys[KEYS].merge(rows, on=KEYS, how="left")
    wanted = np.zeros((len(rows), WEEKS * 7))
    days = pd.read_parquet(answers_folder(landing) / "demand_by_day.parquet")
    days["day"] = (pd.to_datetime(days["date"]) - monday).dt.days
    days = days[days["day"].between(0, WEEKS * 7 - 1)]
    days = days.merge(rows.reset_index()[["index", "product_id", "warehouse_id"]], on=["product_id", "warehouse_id"])
    np.add.at(wanted, (days["index"].to_numpy(), days["day"].to_numpy()), days["wanted_units"].to_numpy())
    lead = rows["lead"].fillna(14).to_numpy("float64")
    deviation = rows["lead_deviation"].fillna(0).to_numpy("float64")
    # The same deliveries for both, so that luck makes no difference.
    luck = np.random.default_rng(SEED).normal(size=(len(rows), WEEKS))
    return House(
        stock=rows["stock"].fillna(0).to_numpy("float64"),
        cost=rows["cost"].fillna(0).to_numpy("float64"),
        margin=rows["margin"].fillna(0).to_numpy("float64"),
        lead=lead,
        lead_deviation=deviation,
        safety_factor=rows["safety_factor"].fillna(1.2816).to_numpy("float64"),
        wanted=wanted,
        promised=np.maximum(np.round(lead[:, np.newaxis] + deviation[:, np.newaxis] * luck), 1).astype("int64"),
    )


def days_of_cover(shelves: Shelves, first: int, house: House, reserve: int, beyond: int) -> list[tuple]:
    """Of each week, from where on and up to where the rule orders: `reserve` days more than the delivery takes."""
    levels = []
    for week in range(first, first + WEEKS):
        pace = shelves.quantity[:, week - DAYS_OF_PACE // 7 : week].sum(axis=1) / DAYS_OF_PACE
        pace = np.where(shelves.offered[:, week - 1], pace, 0.0)
        levels.append((pace * (house.lead + reserve), np.ceil(pace * (house.lead + reserve + beyond))))
    return levels


def reorder_plan(shelves: Shelves, first: int, house: House, review: int, cover: int) -> list[tuple]:
    """Of each week, from where on and up to where the plan orders: pred_inventory__reorder_points, said again."""
    levels = []
    for week in range(first, first + WEEKS):
        said = shelves.as_of(week - 1)
        said = said[said["week_start"] <= shelves.weeks[week - 1] + pd.Timedelta(weeks=WEEKS_AHEAD - 1)]
        sums = said.assign(variance=said["deviation_quantity"] ** 2).groupby(KEYS, as_index=False)
        sums = sums.agg(expected=("expected_quantity", "mean"), variance=("variance", "mean"))
        sums = shelves.keys[KEYS].merge(sums, on=KEYS, how="left").fillna(0.0)
        pace, variance = sums["expected"].to_numpy() / 7, sums["variance"].to_numpy() / 7
        safety = house.safety_factor * np.sqrt((house.lead + review) * variance + (pace * house.lead_deviation) ** 2)
        point = np.ceil(pace * (house.lead + review) + safety)
        levels.append((point, np.ceil(pace * (house.lead + review + cover) + safety)))
    return levels


def replay(house: House, levels: list[tuple]) -> dict:
    """Live the weeks: on Mondays order what is below its level, then sell day by day what is there."""
    stock, coming = house.stock.copy(), np.zeros((len(house.stock), WEEKS * 7 + 400))
    met = value = lost = 0.0
    for day in range(WEEKS * 7):
        stock += coming[:, day]
        if day % 7 == 0:
            point, up_to = levels[day // 7]
            position = stock + coming[:, day + 1 :].sum(axis=1)
            order = np.where(position < np.maximum(point, 1e-9), np.maximum(up_to - position, 0), 0.0)
            np.add.at(coming, (np.arange(len(stock)), day + house.promised[:, day // 7]), order)
        sold = np.minimum(stock, house.wanted[:, day])
        stock -= sold
        met += sold.sum()
        lost += ((house.wanted[:, day] - sold) * house.margin).sum()
        value += (stock * house.cost).sum()
    return {
        "fill_rate": round(met / house.wanted.sum(), 4),
        "stock_value": round(value / (WEEKS * 7)),
        "lost_margin": round(lost),
    }


if __name__ == "__main__":
    raise SystemExit(main())
