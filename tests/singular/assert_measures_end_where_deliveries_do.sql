{#- Measures that are known after the last day that was delivered, or unknown up to it, whatever the data say. What the company has no table for is known
    on no day. mart: [last day of a row, [[groups, measures]]]. -#}
{%- set known = {
    'daily_sales': ['date_day', [
        (['sales'], ['order_count', 'placed_order_count', 'cancelled_order_count', 'unit_count']),
        (['returns'], ['returned_unit_count']),
    ]],
    'daily_web': ['date_day', [
        (['sessions'], ['visit_count', 'bounce_count', 'product_view_count', 'product_view_visit_count', 'cart_visit_count',
            'checkout_visit_count', 'purchase_visit_count', 'funnel_cart_visit_count', 'funnel_checkout_visit_count',
            'funnel_purchase_visit_count', 'bot_visit_count']),
    ]],
    'daily_fulfilment': ['date_day', [
        (['parcels'], ['parcel_count']),
        (['parcels', 'tracking'], ['failed_delivery_count', 'returned_to_sender_count', 'delivered_parcel_count',
            'promised_parcel_count', 'on_time_parcel_count', 'delivery_days']),
    ]],
    'daily_inventory': ['date_day', [
        (['stock'], ['closing_quantity', 'product_count', 'stocked_out_product_count', 'sold_quantity']),
        (['stock', 'sales'], ['lost_unit_count']),
    ]],
    'daily_service': ['date_day', [
        (['tickets'], ['opened_ticket_count', 'solved_ticket_count', 'resolution_seconds']),
        (['tickets', 'messages'], ['first_response_count', 'first_response_seconds']),
        (['reviews'], ['satisfaction_count', 'satisfaction_score']),
        (['surveys'], ['promoter_count', 'passive_count', 'detractor_count']),
    ]],
    'daily_marketing': ['date_day', [(['sessions'], ['visit_count', 'purchase_visit_count'])]],
    'monthly_product_sales': ['case when last_day(month_start) > ' ~ as_of() ~ ' then ' ~ as_of() ~ ' else last_day(month_start) end', [
        (['sales'], ['unit_count']), (['returns'], ['returned_unit_count']),
    ]],
    'daily_inventory_position': ['date_day', [
        (['stock'], ['opening_quantity', 'initial_quantity', 'received_quantity', 'sold_quantity', 'returned_quantity',
            'transferred_quantity', 'adjusted_quantity', 'shrinkage_quantity', 'closing_quantity', 'transfers_in_transit_quantity',
            'sold_per_day', 'is_stocked_out']),
        (['stock', 'sales'], ['reserved_quantity', 'available_quantity', 'ordered_quantity', 'days_without_stock', 'lost_quantity']),
        (['stock', 'purchases'], ['purchases_in_transit_quantity']),
    ]],
} %}

{%- for mart, (last_day, measures_of_groups) in known.items() %}
    {%- set is_first_mart = loop.first %}
    {%- for groups, measures in measures_of_groups %}
        {{ 'union all' if not (is_first_mart and loop.first) }}
        select
            '{{ mart }}' as mart,
            '{{ groups | join(", ") }}' as measure_groups,
            {{ last_day }} as last_day
        from {{ ref(mart) }}
        where
            case
                when {{ last_day }} <= {{ counted_up_to(groups) }}
                    then {{ measures | join(' is null or ') }} is null
                else {{ measures | join(' is not null or ') }} is not null
            end
    {%- endfor %}
{%- endfor %}
