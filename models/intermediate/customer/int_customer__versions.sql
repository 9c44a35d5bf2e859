{{
    scd2_versions(
        ref('stg_shop__customer_changes'),
        keys=['customer_key'],
        attributes=['loyalty_tier'],
    )
}}
