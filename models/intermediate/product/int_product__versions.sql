{{
    scd2_versions(
        ref('stg_erp__product_changes'),
        keys=['product_id'],
        attributes=['list_price', 'standard_cost', 'currency_code', 'product_status'],
    )
}}
