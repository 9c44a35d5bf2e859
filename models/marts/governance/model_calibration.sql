select
    ---------- keys
    target_name,
    model_name,
    cut_off_date,
    bin_number,

    ---------- measures
    mean_predicted_value,
    mean_actual_value,
    cast(customer_count as bigint) as customer_count
from {{ ref('pred_model__calibration') }}
