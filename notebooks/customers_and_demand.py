"""A release in a notebook: features of customers, cohorts and the demand forecast, with pandas and Polars.

`make notebook` opens it in a browser; `python notebooks/customers_and_demand.py` runs it without one.
"""

import marimo

app = marimo.App(width="medium", app_title="Customers and demand")


@app.cell
def _():
    import os
    from pathlib import Path

    import altair as alt
    import duckdb
    import marimo as mo

    return Path, alt, duckdb, mo, os


@app.cell
def _(Path, duckdb, mo, os):
    # What analysts may see: persons are keys. Another role's file is beside it.
    warehouse = Path(os.environ.get("TECHCO_WAREHOUSE", "warehouse/techco.duckdb"))
    serving = warehouse.parent / "releases" / "current" / "analyst" / "serving.duckdb"
    if not serving.exists():
        missing = f"There is no release at {serving}: run `make build` and `make publish`, or set TECHCO_WAREHOUSE."
        if not mo.running_in_notebook():
            raise SystemExit(missing)
        mo.stop(True, mo.md(missing))
    release = duckdb.connect(str(serving), read_only=True)
    mo.md(f"# Customers and demand\n\nThe release `{serving.resolve().parent.parent.name}`, as analysts see it.")
    return (release,)


@app.cell
def _(mo):
    mo.md("""
    ## Features of customers

    `customers.customer_360` is one row per customer. DuckDB gives it to pandas and to Polars alike: the same numbers
    by both.
    """)
    return


@app.cell
def _(release):
    features = release.sql("""
        select
            customer_key,
            country_code,
            segment_name,
            recency_days,
            order_count,
            unit_count,
            session_count,
            ticket_count,
            cast(net_revenue_amount as double) as net_revenue,
            cast(average_order_value as double) as average_order_value,
            cast(discount_affinity as double) as discount_affinity,
            purchase_probability_30_days,
            left_probability
        from customers.customer_360
        where order_count > 0
    """)
    with_pandas = features.df()
    with_polars = features.pl()
    return with_pandas, with_polars


@app.cell
def _(with_pandas):
    pandas_segments = (
        with_pandas.groupby("segment_name")
        .agg(
            customers=("customer_key", "count"),
            net_revenue=("net_revenue", "sum"),
            median_recency=("recency_days", "median"),
        )
        .sort_values("net_revenue", ascending=False)
        .reset_index()
    )
    pandas_segments.round(2)
    return (pandas_segments,)


@app.cell
def _(with_polars):
    import polars as pl

    polars_segments = (
        with_polars.group_by("segment_name")
        .agg(
            pl.len().alias("customers"),
            pl.col("net_revenue").sum(),
            pl.col("recency_days").median().alias("median_recency"),
        )
        .sort("net_revenue", descending=True)
    )
    polars_segments
    return pl, polars_segments


@app.cell
def _(alt, with_pandas):
    feature_chart = (
        alt.Chart(with_pandas.sample(min(1000, len(with_pandas)), random_state=1), title="Who bought lately buys again")
        .mark_circle(opacity=0.5)
        .encode(
            x=alt.X("recency_days", title="days since the last purchase"),
            y=alt.Y("order_count", title="orders", scale=alt.Scale(type="symlog")),
            color=alt.Color(
                "purchase_probability_30_days", title="buys within 30 days", scale=alt.Scale(scheme="viridis")
            ),
            tooltip=["segment_name", "order_count", "recency_days", "net_revenue"],
        )
        .properties(width=620, height=300)
    )
    feature_chart
    return (feature_chart,)


@app.cell
def _(mo):
    mo.md("""
    ## Do new customers come back?

    Each line is the customers of one month: the share of them who bought again, so many months later.
    """)
    return


@app.cell
def _(alt, release):
    cohorts = release.sql("""
        select
            strftime(cohort_month, '%Y-%m') as first_purchase, months_since,
            cast(retention_rate as double) as retention, customer_count
        from customers.cohorts
        where is_complete and months_since > 0
        order by cohort_month, months_since
    """).df()
    cohort_chart = (
        alt.Chart(cohorts, title="Customers who bought again")
        .mark_line(point=True)
        .encode(
            x=alt.X("months_since:O", title="months since the first purchase"),
            y=alt.Y("retention", title=None, axis=alt.Axis(format="%")),
            color=alt.Color("first_purchase:N", title="first purchase", scale=alt.Scale(scheme="viridis")),
            tooltip=["first_purchase", "months_since", alt.Tooltip("retention", format=".1%"), "customer_count"],
        )
        .properties(width=620, height=300)
    )
    cohort_chart
    return cohort_chart, cohorts


@app.cell
def _(mo):
    mo.md("""
    ## What will be asked for?

    Pieces ordered by week, and what `inventory.demand_forecast` expects, with what suffices in nine of ten weeks for
    each product and warehouse.
    """)
    return


@app.cell
def _(mo, release):
    categories = [
        row[0]
        for row in release.sql("select distinct category_code from inventory.demand_forecast order by 1").fetchall()
    ]
    category = mo.ui.dropdown(categories, value=categories[0], label="category")
    category
    return (category,)


@app.cell
def _(alt, category, release):
    demand = release.execute(
        """
        select date_trunc('week', days.date_day) as week, 'ordered' as kind, sum(days.ordered_quantity) as pieces
        from inventory.daily_inventory_position as days
        inner join core.dim_product as products using (product_key)
        where products.category_code = $category
            and date_trunc('week', days.date_day) < (select min(week_start) from inventory.demand_forecast)
        group by week
        having count(distinct days.date_day) = 7 and count(days.ordered_quantity) = count(*)
        union all
        select week_start, unnest(['expected', 'nine of ten']), unnest([sum(expected_quantity), sum(p90_quantity)])
        from inventory.demand_forecast
        where category_code = $category
        group by week_start
        order by week, kind
        """,
        {"category": category.value},
    ).df()
    forecast_chart = (
        alt.Chart(demand, title=f"{category.value}: pieces a week")
        .mark_line(point=True)
        .encode(
            x=alt.X("week:T", title=None),
            y=alt.Y("pieces", title=None),
            color=alt.Color(
                "kind",
                title=None,
                scale=alt.Scale(domain=["ordered", "expected", "nine of ten"], range=["#1f2933", "#0b5394", "#c77700"]),
            ),
            strokeDash=alt.StrokeDash(
                "kind",
                legend=None,
                scale=alt.Scale(domain=["ordered", "expected", "nine of ten"], range=[[1, 0], [6, 3], [2, 3]]),
            ),
        )
        .properties(width=620, height=300)
    )
    forecast_chart
    return demand, forecast_chart


if __name__ == "__main__":
    app.run()
