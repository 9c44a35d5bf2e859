"""The Snowflake target parses with no account."""


def test_dbt_parses_for_snowflake_without_an_account(built, tmp_path):
    built.dbt("parse", "--target", "snowflake", DBT_TARGET_PATH=str(tmp_path))
