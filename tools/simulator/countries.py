"""The four countries that TechCo sells in; their order is the index that all arrays use."""

import numpy as np

DE, US, BR, GB = range(4)
CODES = np.array(["DE", "US", "BR", "GB"])
CURRENCIES = np.array(["EUR", "USD", "BRL", "GBP"])
SHARES = np.array([0.40, 0.25, 0.20, 0.15])
TAX_RATES = np.array([0.19, 0.08, 0.17, 0.20])
# Cents of the country's currency.
SHIPPING_CHARGES = np.array([499, 699, 1990, 399])
FREE_SHIPPING_FROM = np.array([10_000, 12_000, 60_000, 9_000])
# From the time of day there to the time of day in UTC, near enough all year round.
HOURS_TO_UTC = np.array([-1, 6, 3, 0])
