select
    ---------- keys
    model_name,
    cast(cut_off_date as date) as cut_off_date,
    parameter_name,

    ---------- measures
    cast(parameter_value as double) as parameter_value,
    cast(customer_count as bigint) as customer_count
from {{ ref('pred_customer__parameters') }}
