-- Sources with personal data that no purpose of vars: privacy uses, and roles that are shown clear tables of a source for no purpose of which
-- they are a recipient: the records of processing would be short of them.
{{ config(severity='warn') }}
select
    inventory.source_name,
    cast(null as varchar) as role_name
from {{ ref('pii_inventory') }} as inventory
left join {{ ref('processing_records') }} as records
    on ', ' || records.source_names || ', ' like '%, ' || inventory.source_name || ', %'
where records.purpose is null
union
select
    split_part(matrix.table_name, '__', 1) as source_name,
    matrix.role_name
from {{ ref('access_matrix') }} as matrix
left join {{ ref('processing_records') }} as records
    on
        ', ' || records.source_names || ', ' like '%, ' || split_part(matrix.table_name, '__', 1) || ', %'
        and ', ' || records.recipients || ', ' like '%, ' || matrix.role_name || ', %'
where
    matrix.schema_name = 'personal'
    and records.purpose is null
