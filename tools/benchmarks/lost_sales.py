"""Hold the estimate of lost sales against what the simulated company could not sell, which no model reads.

`python -m tools.benchmarks.lost_sales [--landing folder] [--warehouse file]`: pieces in total and by warehouse, and
how well products are ranked. Exit code 1 where the total is off by more than 15 %, or the rank correlation below 0.7.
"""

import argparse
from pathlib import Path

import duckdb
from techco.settings import landing_folder, warehouse_file

from tools.benchmarks.evidence import ROOT, save
from tools.simulator.emit.answers import answers_folder

MOST_OFF, LEAST_CORRELATION = 0.15, 0.7

PIECES = """
    select
        dim_product.product_id,
        dim_warehouse.warehouse_id,
        sum(positions.lost_quantity) as estimated,
        coalesce(sum(hidden.unmet_units), 0) as hidden
    from warehouse.inventory.daily_inventory_position as positions
    inner join warehouse.core.dim_product using (product_key)
    inner join warehouse.core.dim_warehouse using (warehouse_key)
    left join read_parquet('{answers}/demand_by_day.parquet') as hidden
        on
            positions.date_day = hidden.date
            and dim_product.product_id = hidden.product_id
            and dim_warehouse.warehouse_id = hidden.warehouse_id
    where positions.lost_quantity is not null
    group by all
"""

# Equal pieces share the mean of their places.
CORRELATION = """
    with products as (select product_id, sum(estimated) as estimated, sum(hidden) as hidden from pieces group by all)
    select corr(estimated_place, hidden_place)
    from (
        select
            rank() over (order by estimated) + count(*) over (partition by estimated) / 2.0 as estimated_place,
            rank() over (order by hidden) + count(*) over (partition by hidden) / 2.0 as hidden_place
        from products
    )
"""


def main() -> int:
    """Measure, print and save."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--landing", type=Path, default=landing_folder(ROOT))
    parser.add_argument("--warehouse", type=Path, default=warehouse_file(ROOT), help="built of the landing zone")
    parser.add_argument("--no-evidence", action="store_true", help="print only")
    chosen = parser.parse_args()
    result = measure(chosen.landing, chosen.warehouse)
    for name, found in result.items():
        print(f"{name}: {found}")
    if not chosen.no_evidence:
        save("lost-sales", {"results": result})
    return 0 if is_good(result) else 1


def measure(landing: Path, warehouse: Path) -> dict:
    """Pieces estimated and hidden in total and by warehouse, their ratio, and the rank correlation of products."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{warehouse}' as warehouse (read_only)")
        connection.execute("create table pieces as " + PIECES.format(answers=answers_folder(landing)))
        estimated, hidden = connection.execute("select sum(estimated), sum(hidden) from pieces").fetchall()[0]
        by_warehouse = connection.execute(
            "select warehouse_id, sum(estimated), sum(hidden) from pieces group by all order by all"
        ).fetchall()
        correlation = connection.execute(CORRELATION).fetchall()[0][0]
    return {
        "estimated_pieces": round(float(estimated), 1),
        "hidden_pieces": int(hidden),
        "ratio": round(float(estimated) / int(hidden), 3),
        "rank_correlation": round(correlation, 3),
        "by_warehouse": {name: [round(float(guess), 1), int(truth)] for name, guess, truth in by_warehouse},
    }


def is_good(result: dict) -> bool:
    """Whether the estimate is as good as is asked for."""
    return abs(result["ratio"] - 1) <= MOST_OFF and result["rank_correlation"] >= LEAST_CORRELATION


if __name__ == "__main__":
    raise SystemExit(main())
