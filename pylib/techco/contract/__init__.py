"""The data contract: what sources land, and whether landed files hold it."""
