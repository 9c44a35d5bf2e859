-- Sources with personal data that no purpose of vars: privacy uses: the records of processing would be short of them.
{{ config(severity='warn') }}
select distinct inventory.source_name
from {{ ref('pii_inventory') }} as inventory
left join {{ ref('processing_records') }} as records
    on ', ' || records.source_names || ', ' like '%, ' || inventory.source_name || ', %'
where records.purpose is null
