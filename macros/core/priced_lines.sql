{#- Order lines with what they take from their order, and with what they cost. The cost is the one that held when the order was placed; amounts are
    left in their currencies, with the rates of the order's day beside them. A line whose order has not come has neither.
    `items` and `orders`: CTEs; the latter with its order_date. -#}
{% macro priced_lines(items, orders, costs, rates) -%}
    select
        items.*,
        orders.customer_key,
        orders.promotion_id,
        orders.sales_channel,
        orders.order_status,
        orders.shipping_country_code,
        orders.currency_code,
        orders.ordered_at,
        orders.order_date,
        orders.order_id is not null as is_order_known,
        coalesce(orders.is_deleted, false) or items.is_deleted as _is_deleted,
        {{ round_money('items.quantity * items.unit_price', 'orders.currency_code') }} as gross_amount,
        {{ round_money('coalesce(items.discount_amount, 0)', 'orders.currency_code') }} as line_discount_amount,
        {{ round_money('items.tax_amount', 'orders.currency_code') }} as line_tax_amount,
        {{ fitting_money('items.quantity * costs.standard_cost', 'costs.currency_code') }} as cost_amount,
        costs.currency_code as cost_currency_code,
        rates.reporting_rate,
        cost_rates.reporting_rate as cost_reporting_rate
    from {{ items }} as items
    left join {{ orders }} as orders
        on items.order_id = orders.order_id
    left join {{ costs }} as costs
        on
            items.product_id = costs.product_id
            and not costs.is_deleted
            and orders.ordered_at >= costs.valid_from
            and (
                orders.ordered_at < costs.valid_to
                or costs.valid_to is null
            )
    left join {{ rates }} as rates
        on
            orders.order_date = rates.rate_date
            and orders.currency_code = rates.currency_code
    left join {{ rates }} as cost_rates
        on
            orders.order_date = cost_rates.rate_date
            and costs.currency_code = cost_rates.currency_code
{%- endmacro %}


{#- An input of where_touched(), in brackets: the orders of lines whose cost came or changed after they were sold. A new change may move what stands
    behind it in the log, as clocks are set back, and may end a range without beginning one; so all orders of its product count from the first
    instant that it or a later change names. `changes`: the change log that the costs are made of. -#}
{% macro repriced(orders, items, changes) -%}
    {%- set changed -%}
        (
            select
                changes.product_id,
                min(changes.changed_at) as changed_from,
                max(new_changes._batch) as _batch
            from {{ changes }} as changes
            inner join (
                select product_id, min(_version) as _version, max(_batch) as _batch
                from {{ changes }}
                where {{ is_new() }}
                group by product_id
            ) as new_changes
                on
                    changes.product_id = new_changes.product_id
                    and changes._version >= new_changes._version
            group by changes.product_id
        ) as changed
    {%- endset -%}
    (
        select orders.order_id, changed._batch
        from {{ orders }} as orders
        inner join {{ items }} as items
            on orders.order_id = items.order_id
        inner join {{ changed }}
            on
                items.product_id = changed.product_id
                and orders.ordered_at >= changed.changed_from
        where {{ within_bounds([['orders.ordered_at', 'min(changed_from)', "'9999-12-31'"]], changed) }}
    )
{%- endmacro %}
