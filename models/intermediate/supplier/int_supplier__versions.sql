{{
    scd2_versions(
        ref('stg_erp__supplier_changes'),
        keys=['supplier_id'],
        attributes=['payment_terms_days', 'lead_time_days'],
    )
}}
