-- What several mappings need; runs before them, for each file.
-- `read_lines`: all lines of the files up to this one, with their day and place.

-- The ledger's times are London's; the contract's are UTC.
create or replace macro utc(local_time) as
    timezone('UTC', timezone('Europe/London', local_time));

-- Countries by the names that the ledger has. One that nobody has mapped stays
-- as it is, and the contract refuses it.
create or replace macro country_code_of(name) as
    case name
        when 'United Kingdom' then 'GB'
        when 'Germany' then 'DE'
        when 'USA' then 'US'
        when 'Brazil' then 'BR'
        else name
    end;

create or replace temp table lines as
select
    document,
    item as product_id,
    description,
    quantity,
    unit_price,
    round(quantity * unit_price, 2) as amount,
    customer as customer_id,
    country_code_of(country) as country_code,
    utc(booked_at) as booked_at,
    day,
    item = 'POST' as is_postage,
    case
        when document like 'C%' then 'credit_note'
        when
            max(customer) over (partition by document) is null
            and max(unit_price) over (partition by document) = 0
            then 'stock'
        else 'invoice'
    end as kind,
    row_number() over (partition by document order by place) as line_number
from read_lines;

-- The lines of this file.
create or replace temp table new_lines as
select *
from lines
where day = (select max(day) from lines);
