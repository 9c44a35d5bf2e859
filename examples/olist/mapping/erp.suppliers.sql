-- One row per seller of the marketplace.
select
    sellers.seller_id as supplier_id,
    'BR' as country_code,
    'c' as _op,
    -- The first time that the files speak of it.
    coalesce(min(items.ordered_at), any_value(export.exported_at))
        as _committed_at
from olist_sellers_dataset as sellers
cross join export
left join items
    on sellers.seller_id = items.seller_id
group by sellers.seller_id
