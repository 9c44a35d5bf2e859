"""Kafka topics into the landing zone; offsets stand in the names of files."""
