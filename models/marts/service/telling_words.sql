select
    ---------- keys
    kind as class_kind,
    class_name,
    language_code,
    word,

    ---------- attributes
    is_seed as is_in_seed,

    ---------- measures
    cast(text_count as bigint) as text_count,
    cast(telling_score as double) as telling_score
from {{ ref('pred_text__telling_words') }}
