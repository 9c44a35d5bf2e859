"""The same numbers on both engines: build a landing zone on DuckDB and on Snowflake, and compare row by row."""
