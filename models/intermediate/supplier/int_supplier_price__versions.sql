{{
    scd2_versions(
        ref('stg_erp__supplier_price_changes'),
        keys=['supplier_id', 'product_id'],
        attributes=['unit_cost', 'currency_code', 'minimum_quantity'],
    )
}}
