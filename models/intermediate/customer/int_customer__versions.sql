{{
    validity_ranges(
        ref('stg_shop__customer_changes'),
        keys=['customer_key'],
        attributes=['country_code', 'language_code', 'loyalty_tier'],
    )
}}
