"""A Snowflake to build against without an account: fakesnow, with what it lacks put around it.

It speaks Snowflake's protocol to the real dbt-snowflake adapter and runs on DuckDB. So it proves adapter paths, the
order of statements, incremental and snapshot logic, and syntax; nothing about types, rounding, roles or speed.
"""
