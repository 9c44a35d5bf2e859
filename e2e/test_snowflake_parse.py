"""The project parses for Snowflake before any account is there."""


def test_dbt_parses_for_snowflake_without_reaching_an_account(built, tmp_path):
    account = {"SNOWFLAKE_ACCOUNT": "none", "SNOWFLAKE_USER": "nobody", "SNOWFLAKE_PRIVATE_KEY_PATH": "nowhere"}
    built.dbt("parse", "--target", "snowflake", DBT_TARGET_PATH=str(tmp_path), **account)
