{#- Two CTEs that what is said of customers stands on: `customers`, all that are known and not deleted, and `sales`, what those who bought came to,
    with the days since their last sale. -#}
{% macro customers_with_sales() -%}
customers as (

    select *
    from {{ ref('dim_customer') }}
    where
        customer_key <> 'unknown'
        and not is_deleted

),

sales as (

    select
        *,
        {{ days_between('last_order_date', complete_up_to(['sales'])) }} as recency_days
    from {{ ref('int_customer__sales') }}

)
{%- endmacro %}
