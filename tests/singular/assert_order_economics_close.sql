{#- Orders whose discount, tax, refunds, parcels or fees are not what staging says, or whose revenue and margins are not made of their parts. Parcels and
    payments in another currency than the order's are left to the unit tests. -#}
with

orders as (

    select *
    from {{ ref('fct_order') }}

),

lines as (

    select
        items.order_id,
        sum({{ round_money('items.quantity * items.unit_price', 'orders.currency_code') }}) as gross_amount,
        sum(coalesce({{ round_money('items.discount_amount', 'orders.currency_code') }}, 0)) as discount_amount,
        count(items.tax_amount) as taxed_line_count,
        sum({{ round_money('items.tax_amount', 'orders.currency_code') }}) as tax_amount
    from {{ ref('stg_shop__order_items') }} as items
    inner join orders
        on items.order_id = orders.order_id
    where not items.is_deleted
    group by items.order_id

),

refunds as (

    select
        order_id,
        currency_code,
        sum(amount) as refunded_amount
    from {{ ref('stg_shop__refunds') }}
    where not is_deleted
    group by order_id, currency_code

),

parcels as (

    select
        parcels.order_id,
        count_if(parcels.currency_code <> orders.currency_code) as foreign_count,
        case
            when count(*) = count(parcels.shipping_cost) and count(*) = count(parcels.currency_code)
                then sum(parcels.shipping_cost)
        end as shipping_cost_amount
    from {{ ref('stg_wms__shipments') }} as parcels
    inner join orders
        on parcels.order_id = orders.order_id
    group by parcels.order_id

),

fees as (

    select
        payments.order_id,
        count_if(payments.currency_code <> orders.currency_code) as foreign_count,
        case when count(*) = count(payments.fee_amount) then sum(payments.fee_amount) end as payment_fee_amount
    from {{ ref('stg_shop__payments') }} as payments
    inner join orders
        on payments.order_id = orders.order_id
    where
        not payments.is_deleted
        and payments.payment_status = 'captured'
    group by payments.order_id

),

known as (

    select
        orders.*,
        staged.discount_amount as stated_discount_amount,
        staged.tax_amount as stated_tax_amount,
        coalesce(lines.gross_amount, 0) as lines_gross_amount,
        coalesce(lines.discount_amount, 0) as lines_discount_amount,
        coalesce(lines.tax_amount, 0) as lines_tax_amount,
        coalesce(lines.taxed_line_count, 0) as taxed_line_count,
        coalesce(refunds.refunded_amount, 0) as staged_refunded_amount,
        coalesce(parcels.foreign_count, 0) as foreign_parcel_count,
        coalesce(fees.foreign_count, 0) as foreign_payment_count,
        case
            when parcels.order_id is not null then parcels.shipping_cost_amount
            when exists (select 1 from {{ ref('stg_wms__shipments') }}) then 0
        end as staged_shipping_cost_amount,
        case
            when fees.order_id is not null then fees.payment_fee_amount
            when exists (select 1 from {{ ref('stg_shop__payments') }}) then 0
        end as staged_payment_fee_amount,
        staged.total_amount - coalesce(staged.shipping_amount, 0) as stated_net_amount
    from orders
    inner join {{ ref('stg_shop__orders') }} as staged
        on orders.order_id = staged.order_id
    left join lines
        on orders.order_id = lines.order_id
    left join refunds
        on
            orders.order_id = refunds.order_id
            and orders.currency_code = refunds.currency_code
    left join parcels
        on orders.order_id = parcels.order_id
    left join fees
        on orders.order_id = fees.order_id

)

select
    order_id,
    discount_amount,
    tax_amount,
    shipping_tax_amount,
    refunded_amount,
    net_revenue_amount,
    shipping_cost_amount,
    payment_fee_amount,
    contribution_margin_amount
from known
where
    -- Where the order adds up with its own discount, that is what was given; else what its lines say.
    discount_amount <> case
        when
            line_count > 0
            and stated_net_amount = lines_gross_amount - stated_discount_amount
            and stated_discount_amount > lines_discount_amount
            then stated_discount_amount
        else lines_discount_amount
    end
    -- Where it adds up, goods and shipping bear the tax that the order says, unless it cannot be shipping that has what its lines have not.
    or (
        stated_net_amount = net_amount
        and line_count > 0
        and shipping_amount is not null
        and (
            (taxed_line_count = 0 and stated_net_amount + shipping_amount > 0)
            or stated_tax_amount - lines_tax_amount between 0 and shipping_amount
        )
        and tax_amount + shipping_tax_amount <> coalesce(stated_tax_amount, lines_tax_amount)
    )
    or refunded_amount <> staged_refunded_amount
    or (foreign_parcel_count = 0 and shipping_cost_amount is distinct from staged_shipping_cost_amount)
    or (foreign_payment_count = 0 and payment_fee_amount is distinct from staged_payment_fee_amount)
    {%- for suffix in ['', '_reporting'] %}
        or net_revenue_amount{{ suffix }} is distinct from
        gross_amount{{ suffix }} - discount_amount{{ suffix }} - tax_amount{{ suffix }}
        - (refunded_amount{{ suffix }} - refunded_tax_amount{{ suffix }})
        or contribution_margin_amount{{ suffix }} is distinct from
        gross_margin_amount{{ suffix }} + shipping_amount{{ suffix }} - shipping_tax_amount{{ suffix }}
        - shipping_cost_amount{{ suffix }} - payment_fee_amount{{ suffix }}
    {%- endfor %}
