"""Colours and number formats of the dashboards: the same thing looks the same on every page."""

from techco.dashboards.declared import Unit

# Okabe and Ito (2008), told apart by people who are colour-blind; the yellow is left out, which is too light on white.
PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#5F6B7A", "#882255", "#44AA99", "#999933")
# One hue from light to dark: its lightness says it all, with or without colours.
SEQUENTIAL = ("#EFF5FA", "#C6DCEE", "#93BFDF", "#5A9BCB", "#2577AE", "#08507F")

# Values that stand on several charts keep their colours.
VALUE_COLOURS = {
    **dict(zip(("DE", "US", "BR", "GB"), PALETTE, strict=False)),
    **dict(zip(("web", "app", "marketplace", "phone"), PALETTE, strict=False)),
    **dict(zip(("returning", "new", "guest"), PALETTE, strict=False)),
    **dict(zip(("mobile", "desktop", "tablet"), PALETTE, strict=False)),
    # From good to bad: from blue to vermilion.
    "enough": "#0072B2",
    "low_but_ordered": "#56B4E9",
    "run_down": "#5F6B7A",
    "order_now": "#E69F00",
    "stocked_out": "#D55E00",
}

# As d3 writes them.
FORMATS: dict[Unit, str] = {
    "currency": ",.0f",
    "share": ".1%",
    "days": ",.1f",
    "hours": ",.1f",
    "points": ",.1f",
    "times": ",.2f",
    "pieces": ",.0f",
    "number": ",.0f",
    # Numbers of several kinds in one column.
    "figure": ",.3~f",
}
SHORT = ",.3~s"
# Below a hundred, cents count.
SMALL_AMOUNTS = ("cost_per_visit", "cost_per_purchase")
# What stands behind a number.
SUFFIXES: dict[Unit, str] = {"days": "days", "hours": "hours"}


def shown(value: float | None, unit: Unit, currency: str, metric: str = "") -> str:
    """A number as a page shows it."""
    if value is None:
        return "N/A"
    if unit == "share":
        return f"{value:.1%}"
    places = 2 if metric in SMALL_AMOUNTS or unit == "times" else 1 if unit in ("days", "hours", "points") else 0
    text = f"{value:,.{places}f}"
    return f"{currency} {text}" if unit == "currency" else text


def d3_format(unit: Unit, metric: str = "") -> str:
    """The format of a metric."""
    return ",.2f" if metric in SMALL_AMOUNTS else FORMATS[unit]
