"""Clusters of customers who behave alike: recency, frequency and spend (RFM), and what else they do.

RFM: Hughes, "Strategic Database Marketing" (1994). K-means: Lloyd, "Least squares quantization in PCM", IEEE
Transactions on Information Theory 28 (1982). Where it starts: Arthur and Vassilvitskii, "k-means++: the advantages of
careful seeding", SODA (2007).
"""

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

# Spend is first, as clusters are numbered by it. Habits are rates, drawn towards those of all where there are few
# orders: how many orders had a discount says mostly how many orders there are. In the simulated shop clusters of these
# agree with the hidden kinds of buyers with an adjusted Rand index of 0.08, those of recency, frequency and spend alone
# with 0.03. Of two features that say the same (views of products go with sessions, by a rank correlation of 0.93) one
# is enough: both would count that side of behaviour twice.
FEATURES = (
    "net_amount_reporting",
    "order_count",
    "recency_days",
    "discounted_order_rate",
    "returned_order_rate",
    "units_per_order",
    "session_count",
)
# The most clusters, of 2 to 10, that are the customers' and not chance's: in the simulated shop (4,900 customers, 120
# days), two halves of the customers that are clustered apart agree on everyone with an adjusted Rand index of 0.96 for
# 6 clusters (0.92 in the worst of six splits), and of 0.86 (0.79) for 7. The silhouette is at a peak too, at 0.31.
CLUSTER_COUNT = 6
# Of so many starts the best counts, so that an unlucky one decides nothing.
STARTS = 10
SEED = 0
# More would show the last bits, in which engines differ.
DIGITS = 6


def cluster_customers(behaviour: pd.DataFrame) -> pd.DataFrame:
    """Put each customer into one of at most CLUSTER_COUNT clusters.

    `behaviour`: a row per customer with `customer_key` and FEATURES. `recency_days` is null for who never bought and
    `net_amount_reporting` where it is not known (see `filled`); no other may be. Other columns are not looked at.

    Returns a row per customer, in the order of keys: `customer_key`; `cluster_number` (0 is the cluster that spends
    least); `distance_to_centre` (in standard deviations of the features' logarithms; the less, the more typical);
    and for each feature `centre_<feature>`, what is typical of the cluster: the mean of the logarithms, put back into
    the feature's unit. A few large buyers do not move it as they move a plain mean.

    The result depends on neither the order of rows nor the run. There are fewer clusters where fewer customers differ.
    Raises ValueError where a key is missing or twice, or another feature is null.
    """
    keys = behaviour["customer_key"]
    if keys.isna().any() or keys.duplicated().any():
        raise ValueError("a row needs a customer_key that no other row has")
    behaviour = behaviour.sort_values("customer_key", ignore_index=True)
    logarithms = np.log1p(filled(behaviour).clip(lower=0).to_numpy())
    numbers, distances, centres = k_means(logarithms)
    typical = np.expm1(centres).round(DIGITS)[numbers]
    columns = {
        "customer_key": behaviour["customer_key"],
        "cluster_number": numbers,
        "distance_to_centre": distances.round(DIGITS),
    }
    return pd.DataFrame(columns | {f"centre_{feature}": typical[:, n] for n, feature in enumerate(FEATURES)})


def filled(behaviour: pd.DataFrame) -> pd.DataFrame:
    """The FEATURES as doubles, of shape (customers, features), with values for what is null.

    Who never bought counts as the buyer whose last sale is longest ago: to say longer would be an invention. A spend
    that is not known (a missing exchange rate) counts as the middle buyer's, which draws to neither side. Where
    nobody's is known, both are 0.
    """
    features = behaviour[list(FEATURES)].astype("float64")
    spends = features.loc[features["order_count"] > 0, "net_amount_reporting"]
    values = {"recency_days": features["recency_days"].max(), "net_amount_reporting": spends.median()}
    return features.fillna(values).fillna(dict.fromkeys(values, 0.0))


def k_means(logarithms: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Clusters of points of shape (points, features), in which all features weigh alike.

    Returns the number of each point's cluster, its distance to the centre in standard deviations, and the centres, of
    shape (clusters, features): the means of their members. Clusters are numbered by the first feature of their
    centres, from the least; equals by the next one.
    """
    if not len(logarithms):
        return np.empty(0, dtype="int64"), np.empty(0), np.empty((0, logarithms.shape[1]))
    # A feature in which all are alike becomes 0 and tells nobody apart.
    points = StandardScaler().fit_transform(logarithms)
    count = min(CLUSTER_COUNT, len(np.unique(points, axis=0)))
    # Without a tolerance it goes on until no point moves, so that no last bit decides where it stops, and one thread
    # adds in one order. One is also faster where a build keeps the cores busy: 4,900 customers take 0.1 s, and 1.5 s
    # with two that wait for each other.
    with threadpool_limits(1):
        found = KMeans(count, n_init=STARTS, random_state=SEED, tol=0).fit(points).labels_
    numbers = np.lexsort(means(logarithms, found).round(DIGITS).T[::-1]).argsort()[found].astype("int64")
    distances = np.linalg.norm(points - means(points, numbers)[numbers], axis=1)
    return numbers, distances, means(logarithms, numbers)


def means(points: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """The mean of each cluster's points, of shape (clusters, features)."""
    return pd.DataFrame(points).groupby(numbers).mean().to_numpy()
