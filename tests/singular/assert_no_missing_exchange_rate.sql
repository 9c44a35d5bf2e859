-- Days and currencies up to the as-of date for which an amount is known and its day too, but not its amount in the reporting currency. Where
-- no rate ever landed there is no source of rates: assert_rates_have_landed says so, and everything still builds. Where the next rates are not
-- due yet nothing is missing after the newest ones: orders of today come in before the rate of today.
{%- set amounts = [
    ('fct_order', 'order_date', 'currency_code', 'shipping_amount'),
    ('fct_order_line', 'order_date', 'currency_code', 'gross_amount'),
    ('fct_order_line', 'order_date', 'cost_currency_code', 'cost_amount'),
    ('fct_payment', 'payment_date', 'currency_code', 'amount'),
    ('fct_shipment', 'ship_date', 'currency_code', 'shipping_cost'),
    ('fct_refund', 'refund_date', 'currency_code', 'amount'),
    ('fct_purchase_order_line', 'order_date', 'currency_code', 'ordered_amount'),
    ('fct_cart', 'cart_date', 'currency_code', 'cart_amount'),
    ('fct_cart_item', 'cart_date', 'currency_code', 'item_amount'),
    ('fct_ad_spend', 'spend_date', 'currency_code', 'spend_amount'),
] %}
{%- for fact, day, currency, amount in amounts %}
    select
        '{{ fact }}.{{ amount }}' as amount_name,
        {{ day }} as rate_date,
        {{ currency }},
        count(*) as row_count
    from {{ ref(fact) }}
    where
        {{ amount }} is not null
        and {{ currency }} is not null
        and {{ amount }}_reporting is null
        and {{ day }} <= (
            select
                case
                    when max(tables.as_of_date) < {{ add_days('max(rates.rate_date)', 'max(tables.every_days)') }}
                        then max(rates.rate_date)
                    else max(tables.as_of_date)
                end
            from {{ ref('stg_fx__daily_rates') }} as rates
            cross join {{ ref('int_delivery__tables') }} as tables
            where tables.source_name = 'fx' and tables.table_name = 'daily_rates'
        )
    group by {{ day }}, {{ currency }}
    {{ 'union all' if not loop.last }}
{%- endfor %}
