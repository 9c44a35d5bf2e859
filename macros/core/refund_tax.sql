{#- The tax in a refund: what it says itself (`stated_tax`), else the share that tax has in the goods of its order, else none. The model joins fct_order
    as `orders` to `refunds`. -#}
{% macro refund_tax(amount, stated_tax, currency_code) -%}
    {%- set share = 'cast(' ~ amount ~ ' as double) * cast(orders.tax_amount as double) / nullif(cast(orders.net_amount as double), 0)' -%}
    case
        when refunds.tax_amount is not null then {{ stated_tax }}
        when coalesce(orders.net_amount, 0) = 0 then 0
        else {{ safe_decimal(in_minor_unit(share, currency_code)) }}
    end
{%- endmacro %}
