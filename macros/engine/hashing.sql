{#- SHA-256 of a text, 64 hexadecimal digits. -#}
{% macro sha256_hex(text) -%}
    {{ by_engine(duckdb='sha256(' ~ text ~ ')', snowflake='sha2(' ~ text ~ ', 256)') }}
{%- endmacro %}

{#- A table of the vault, which only the build role reads: `pepper` or `suppression`. -#}
{% macro vault_table(name) -%}
    {{ by_engine(duckdb='vault.main.', snowflake=build_schema('vault') ~ '.') ~ name }}
{%- endmacro %}

{#- The pepper, as a subquery. -#}
{% macro pepper() -%}
    (select pepper from {{ vault_table('pepper') }})
{%- endmacro %}


{#- HMAC-SHA256 (RFC 2104) of a text under the second secret, 64 hexadecimal digits; null where the secret is not set. The vault holds the
    key as its two pads, so that an engine has to know nothing but SHA-256. -#}
{% macro suppression_hash(text) -%}
    {%- set pads = vault_table('suppression') -%}
    {%- set duckdb -%}
        sha256((select outer_pad from {{ pads }}) || unhex(sha256((select inner_pad from {{ pads }}) || encode({{ text }}))))
    {%- endset -%}
    {%- set snowflake -%}
        sha2(
            (select to_binary(outer_pad, 'hex') from {{ pads }})
            || sha2_binary((select to_binary(inner_pad, 'hex') from {{ pads }}) || to_binary({{ text }}, 'utf-8'), 256), 256
        )
    {%- endset -%}
    {{ by_engine(duckdb, snowflake) }}
{%- endmacro %}
