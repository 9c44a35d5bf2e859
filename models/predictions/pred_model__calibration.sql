with

-- Equal predictions stand in one bin, so that the order of rows is nothing.
results as (

    select
        *,
        1 + cast(floor(
            10 * cast(
                rank() over (partition by target_name, model_name, cut_off_date order by predicted_value) - 1 as double
            ) / count(*) over (partition by target_name, model_name, cut_off_date)
        ) as bigint) as bin_number
    from {{ ref('pred_customer__results') }}

)

select
    ---------- keys
    target_name,
    model_name,
    cut_off_date,
    bin_number,

    ---------- measures
    count(*) as customer_count,
    round(avg(cast(predicted_value as double)), 6) as mean_predicted_value,
    round(avg(cast(actual_value as double)), 6) as mean_actual_value
from results
group by target_name, model_name, cut_off_date, bin_number
