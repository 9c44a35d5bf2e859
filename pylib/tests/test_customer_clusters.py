"""Clusters of customers, held against groups that are known and centres worked out by plain arithmetic."""

import warnings

import numpy as np
import pandas as pd
import pytest
from techco.predictions.customer_clusters import CLUSTER_COUNT, FEATURES, cluster_customers

# As many groups as there are clusters, no two alike, from the least spend to the most.
GROUPS = [
    # spend, orders, recency, discounted, returned, units, sessions
    (0, 0, 300, 0, 0, 1, 0),
    (60, 1, 200, 1, 0, 3, 0),
    (300, 3, 20, 3, 0, 40, 0),
    (1500, 8, 5, 0, 0, 5, 0),
    (4000, 30, 60, 0, 12, 60, 9),
    (20000, 12, 100, 6, 0, 10, 30),
]
AMOUNTS = ["net_amount_reporting", "discounted_order_rate", "returned_order_rate", "units_per_order"]


@pytest.fixture(autouse=True)
def warnings_are_errors():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def customers(rows) -> pd.DataFrame:
    """A frame as `to_pandas` gives it; keys are in the order of rows."""
    frame = pd.DataFrame(list(rows), columns=list(FEATURES), dtype="float64")
    frame = frame.astype({feature: "Int64" for feature in FEATURES if feature not in AMOUNTS})
    keys = pd.Series([f"{number:06}" for number in range(len(frame))], dtype="string")
    return frame.assign(customer_key=keys, currency_code="EUR")


def various(count: int = 400, seed: int = 5) -> pd.DataFrame:
    """Customers without any groups, skewed as customers are."""
    random = np.random.default_rng(seed)
    counts = random.geometric([0.2, 0.05, 0.5, 0.7, 0.1, 0.6], size=(count, 6)) - 1
    return customers(np.column_stack([random.lognormal(6, 1, count).round(2), counts]))


def shuffled(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.sample(frac=1, random_state=3)


def test_groups_that_are_there_are_found_and_numbered_by_spend():
    random = np.random.default_rng(1)
    group = np.repeat(np.arange(len(GROUPS)), [90, 10, 50, 30, 20, 5])
    # Everyone of a group differs a little, by up to 2 %.
    rows = np.array(GROUPS)[group] * random.uniform(0.98, 1.02, (len(group), len(FEATURES)))
    found = cluster_customers(shuffled(customers(rows.round())))
    assert len(GROUPS) == CLUSTER_COUNT
    assert found["cluster_number"].tolist() == group.tolist()


def test_neither_the_order_of_rows_nor_another_run_changes_anything():
    once = cluster_customers(various())
    pd.testing.assert_frame_equal(cluster_customers(various()), once)
    pd.testing.assert_frame_equal(cluster_customers(shuffled(various())), once)


def test_each_customer_is_in_one_cluster_and_no_cluster_is_empty():
    found = cluster_customers(shuffled(various()))
    assert found["customer_key"].tolist() == various()["customer_key"].tolist()
    assert set(found["cluster_number"]) == set(range(CLUSTER_COUNT))
    assert not found.isna().any(axis=None)
    assert found.dtypes.astype(str).tolist() == ["string", "int64"] + ["float64"] * (1 + len(FEATURES))


def test_centres_are_means_of_their_members_and_no_other_centre_is_nearer():
    found = cluster_customers(various())
    numbers = found["cluster_number"].to_numpy()
    logarithms = np.log(1 + various()[list(FEATURES)].to_numpy(dtype=float))
    weighted = (logarithms - logarithms.mean(axis=0)) / logarithms.std(axis=0)
    to_each_centre = []
    for number in range(CLUSTER_COUNT):
        members = found[numbers == number]
        centre = np.exp(logarithms[numbers == number].mean(axis=0)) - 1
        shown = members[[f"centre_{feature}" for feature in FEATURES]].to_numpy()
        np.testing.assert_allclose(shown, np.tile(centre, (len(members), 1)), atol=1e-6)
        to_each_centre.append(np.sqrt(((weighted - weighted[numbers == number].mean(axis=0)) ** 2).sum(axis=1)))
    np.testing.assert_array_equal(np.argmin(to_each_centre, axis=0), numbers)
    np.testing.assert_allclose(found["distance_to_centre"], np.min(to_each_centre, axis=0), atol=1e-6)
    spends = found.groupby("cluster_number")["centre_net_amount_reporting"].first()
    assert spends.is_monotonic_increasing


def test_clusters_of_one_spend_are_numbered_by_the_next_feature():
    """Who never bought can be told apart by visits only, so those clusters are equal in all before them."""
    rows = [(0, 0, 30, 0, 0, 0, sessions) for sessions in (50, 7, 0, 7, 50)]
    assert cluster_customers(customers(rows))["cluster_number"].tolist() == [2, 1, 0, 1, 2]


def test_no_customers_give_no_clusters_of_the_same_columns():
    none, some = cluster_customers(customers([])), cluster_customers(various())
    assert len(none) == 0
    assert none.dtypes.to_dict() == some.dtypes.to_dict()


@pytest.mark.parametrize("count", range(1, CLUSTER_COUNT + 1))
def test_few_customers_are_each_their_own_cluster(count):
    found = cluster_customers(customers(GROUPS[:count]))
    assert found["cluster_number"].tolist() == list(range(count))
    assert (found["distance_to_centre"] == 0).all()
    np.testing.assert_allclose(found.filter(regex="^centre_"), np.array(GROUPS[:count]), atol=1e-6)


def test_customers_who_are_all_alike_are_one_cluster():
    found = cluster_customers(customers([(99.99, 1, 7, 0, 0, 3, 1)] * 50))
    assert (found["cluster_number"] == 0).all()
    assert (found["distance_to_centre"] == 0).all()
    assert found["centre_net_amount_reporting"].unique().tolist() == [99.99]


def test_who_never_bought_counts_as_long_away_as_the_longest_and_an_unknown_spend_as_the_middle_one():
    known = [(0, 0, 90, 0, 0, 5, 0), (10, 1, 90, 0, 0, 1, 0), (20, 2, 8, 0, 0, 2, 0), (70, 3, 2, 1, 1, 9, 0)]
    unknown = [(0, 0, None, 0, 0, 5, 0), *known[1:], (None, 2, 8, 0, 0, 2, 0)]
    pd.testing.assert_frame_equal(
        cluster_customers(customers(unknown)), cluster_customers(customers([*known, (20, 2, 8, 0, 0, 2, 0)]))
    )


def test_a_shop_without_sales_or_without_any_rate_has_clusters():
    visits = [(0, 0, None, 0, 0, 0, sessions) for sessions in (0, 1, 20)]
    assert cluster_customers(customers(visits))["cluster_number"].tolist() == [0, 1, 2]
    no_rates = [(None, orders, 10, 0, 0, 0, 0) for orders in (1, 4)]
    assert cluster_customers(customers(no_rates))["centre_net_amount_reporting"].tolist() == [0, 0]


def test_more_refunds_than_sales_count_as_no_spend():
    rows = [(0, 1, 10, 0, 1, 1, 0), (500, 2, 10, 0, 0, 1, 0)]
    negative = [(-80, *rows[0][1:]), rows[1]]
    pd.testing.assert_frame_equal(cluster_customers(customers(negative)), cluster_customers(customers(rows)))


@pytest.mark.parametrize("key", ["000001", None])
def test_a_key_that_is_missing_or_twice_is_refused(key):
    frame = customers(GROUPS)
    frame.loc[0, "customer_key"] = key
    with pytest.raises(ValueError, match="customer_key"):
        cluster_customers(frame)


def test_a_count_that_is_null_is_refused():
    frame = customers(GROUPS)
    frame.loc[2, "session_count"] = None
    with pytest.raises(ValueError, match="NaN"):
        cluster_customers(frame)
