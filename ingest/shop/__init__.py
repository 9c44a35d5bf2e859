"""A small operational database of a shop, to see the way from an order to the warehouse on one machine."""
