"""Checks that a landing zone is one consistent world and matches the contract."""
