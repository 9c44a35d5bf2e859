"""The models of repeated purchases against published figures and against customers who behave as they say."""

import numpy as np
import pytest
from techco.predictions import bg_nbd, gamma_gamma, pareto_nbd

# Fits of the CDNOW data, 2,357 customers over 39 weeks, as published: for BG/NBD in Fader, Hardie and Lee (2005), for
# Pareto/NBD in Fader and Hardie's note, for gamma-gamma in Fader and Hardie's note on it.
CDNOW_BG_NBD = bg_nbd.Parameters(r=0.243, alpha=4.414, a=0.793, b=2.426)
CDNOW_PARETO_NBD = pareto_nbd.Parameters(r=0.553, alpha=10.578, s=0.606, beta=11.669)
CDNOW_GAMMA_GAMMA = gamma_gamma.Parameters(p=6.25, q=3.74, gamma=15.44)


def of(*values: float) -> tuple[np.ndarray, ...]:
    """One customer's figures as arrays."""
    return tuple(np.array([value]) for value in values)


def test_bg_nbd_expects_what_the_paper_says():
    """The paper's first customer: 2 purchases after the first, the last in week 30.43 of 38.86."""
    expected = bg_nbd.expected_purchases(CDNOW_BG_NBD, 39, *of(2, 30.43, 38.86))
    assert expected[0] == pytest.approx(1.226, abs=0.001)


def test_pareto_nbd_expects_what_the_note_says():
    """A customer with 26 purchases up to week 30.86 of 31: published are 25.46 more in 52 weeks."""
    frequency, recency, age = of(26, 30.86, 31)
    stays = pareto_nbd.alive(CDNOW_PARETO_NBD, frequency, recency, age)
    expected = pareto_nbd.expected_while_alive(CDNOW_PARETO_NBD, 52, frequency, age) * stays
    assert stays[0] == pytest.approx(0.9979, abs=0.0005)
    assert expected[0] == pytest.approx(25.46, abs=0.01)


def test_gamma_gamma_expects_what_the_note_says():
    """Two purchases of 22.35 in the mean; and nobody's own mean is as good as that of all, 35.2."""
    expected = gamma_gamma.expected_value(CDNOW_GAMMA_GAMMA, np.array([2.0, 0.0]), np.array([22.35, 0.0]))
    assert expected[0] == pytest.approx(24.66, abs=0.02)
    # p times gamma over q - 1.
    assert expected[1] == pytest.approx(6.25 * 15.44 / 2.74)


def customers(count: int, r: float, alpha: float, leaves, seed: int = 3) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Customers who buy at rates of a gamma distribution and leave as `leaves` says, seen for 26 to 52 weeks."""
    draw = np.random.default_rng(seed)
    rate = draw.gamma(r, 1 / alpha, count)
    age = draw.uniform(26, 52, count)
    frequency, recency = np.zeros(count), np.zeros(count)
    for customer, leaving in enumerate(leaves(draw, count)):
        week = 0.0
        while True:
            week += draw.exponential(1 / rate[customer])
            if week > age[customer] or leaving(week):
                break
            frequency[customer] += 1
            recency[customer] = week
    return frequency, recency, age


def test_pareto_nbd_finds_what_customers_were_made_with():
    """Four parameters that 8,000 invented customers buy and leave by; and their numbers of the living."""

    def leaves(draw, count):
        ends = draw.exponential(1 / draw.gamma(0.8, 1 / 12.0, count))
        leaves.ends = ends
        return [lambda week, end=end: week > end for end in ends]

    histories = customers(8_000, 1.2, 6.0, leaves)
    found = pareto_nbd.fit(*histories)
    assert (found.r, found.alpha, found.s, found.beta) == pytest.approx((1.2, 6.0, 0.8, 12.0), rel=0.15)
    stays = pareto_nbd.alive(found, *histories)
    assert stays.mean() == pytest.approx((leaves.ends > histories[2]).mean(), abs=0.02)


def test_bg_nbd_finds_what_customers_were_made_with():
    """The same of BG/NBD, whose customers leave right after a purchase or never."""

    def leaves(draw, count):
        chances = draw.beta(0.9, 2.5, count)

        def of_customer(chance):
            gone = [False]

            def leaving(_):
                was_gone, gone[0] = gone[0], draw.random() < chance
                return was_gone

            return leaving

        return [of_customer(chance) for chance in chances]

    found = bg_nbd.fit(*customers(8_000, 0.8, 5.0, leaves))
    assert (found.r, found.alpha, found.a, found.b) == pytest.approx((0.8, 5.0, 0.9, 2.5), rel=0.2)


def test_gamma_gamma_finds_what_purchases_were_made_with():
    """Means of 1 to 6 purchases of each of 20,000 customers."""
    draw = np.random.default_rng(5)
    purchases = draw.integers(1, 7, 20_000).astype(float)
    scale = draw.gamma(4.0, 1 / 20.0, 20_000)
    mean_value = draw.gamma(3.0 * purchases, 1 / scale) / purchases
    found = gamma_gamma.fit(purchases, mean_value)
    assert (found.p, found.q, found.gamma) == pytest.approx((3.0, 4.0, 20.0), rel=0.1)


@pytest.mark.parametrize("model", [bg_nbd, pareto_nbd])
def test_nobody_who_came_again_teaches_nothing(model):
    """Nor does nobody at all."""
    nobody = np.empty(0)
    assert model.fit(nobody, nobody, nobody) is None
    assert model.fit(np.zeros(3), np.zeros(3), np.arange(3.0)) is None


@pytest.mark.parametrize("model", [bg_nbd, pareto_nbd])
def test_odd_customers_are_fitted(model):
    """One customer, who bought twice; one who bought 100,000 times; and all on the last day."""
    for history in (of(1, 2, 2), of(100_000, 50, 52), of(1, 0, 0)):
        found = model.fit(*history)
        assert found is not None
        stays = model.alive(found, *history)
        assert np.isfinite(stays).all()
        assert ((stays >= 0) & (stays <= 1)).all()


def test_rows_in_another_order_are_the_same():
    """To the last bit."""
    history = customers(300, 1.0, 5.0, lambda draw, count: [lambda week: week > 20] * count)
    order = np.random.default_rng(1).permutation(300)
    for model in (bg_nbd, pareto_nbd):
        assert model.fit(*history) == model.fit(*(values[order] for values in history))
