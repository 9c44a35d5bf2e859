"""Connectors: each brings a system's data to the landing zone, as the raw contract wants it."""
