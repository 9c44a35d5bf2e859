"""fakesnow walks the tree of each statement 65 times; here only where a walk may find what it looks for.

Half of its time goes there. What a pass looks for is declared below; of one that is not named, nothing is assumed.
"""

import inspect
from collections.abc import Callable
from typing import Any

from fakesnow.cursor import FakeSnowflakeCursor
from sqlglot import exp

from tools.emulator.patching import around

# Passes that look at a statement as a whole: `show`, `use`, `create` and their like stand nowhere inside another one.
OF_THE_WHOLE = frozenset(
    "alter_session update_variables set_schema create_database extract_comment_on_table extract_comment_on_columns "
    "drop_schema_cascade tag extract_text_length show_databases show_functions show_procedures show_parameters "
    "show_warehouses show_schemas show_tables_etc show_columns show_stages show_sequences show_keys show_users "
    "create_user create_clone alter_table_strip_cluster_by create_stage create_file_format list_stage put_stage "
    "create_table_as".split()
)
# Passes that look for nodes of some kinds.
OF_NODES: dict[str, tuple[type, ...]] = {
    "current_version": (exp.CurrentVersion,),
    "semi_structured_types": (exp.DataType,),
    "try_parse_json": (exp.Anonymous,),
    "split": (exp.Split,),
    "indices_to_json_extract": (exp.Bracket,),
    "json_extract_cast_as_varchar": (exp.JSONExtract,),
    "json_extract_cased_as_varchar": (exp.JSONExtract,),
    "json_extract_precedence": (exp.JSONExtract, exp.JSONExtractScalar),
    "flatten_value_cast_as_varchar": (exp.Explode,),
    "regex_replace": (exp.RegexpReplace,),
    "regex_substr": (exp.RegexpExtract,),
    "result_scan": (exp.TableFromRows,),
    "values_columns": (exp.Values,),
    "to_date": (exp.Anonymous,),
    "timestamp_offsets": (exp.Cast,),
    "to_decimal": (exp.ToNumber,),
    "to_timestamp": (exp.UnixToTime, exp.Anonymous, exp.Cast),
    "to_variant": (exp.ToVariant,),
    "object_construct": (exp.StarMap, exp.Struct, exp.JSONObject),
    "timestamp_ntz": (exp.DataType,),
    "float_to_double": (exp.DataType,),
    "sample": (exp.TableSample,),
    "array_size": (exp.ArraySize,),
    "random": (exp.Rand,),
    "array_agg_within_group": (exp.WithinGroup,),
    "array_agg": (exp.ArrayAgg,),
    "object_agg": (exp.ObjectAgg,),
    "array_construct_etc": (exp.ArrayConstructCompact, exp.Array, exp.ArrayConcat),
    "dateadd_date_cast": (exp.DateAdd,),
    "dateadd_string_literal_timestamp_cast": (exp.DateAdd,),
    "datediff_string_literal_timestamp_cast": (exp.DateDiff,),
    "haversine": (exp.Anonymous,),
    "hex_string": (exp.HexString,),
    "sha256": (exp.SHA2, exp.SHA2Digest, exp.Anonymous),
    "alias_in_join": (exp.Join,),
}


class Passes:
    """A tree that takes the place of sqlglot's in fakesnow's chain of passes."""

    def __init__(self, tree: exp.Expression) -> None:
        self.tree = tree
        self.kinds = kinds_in(tree)

    def transform(self, function: Callable, *args: Any, copy: bool = False, **kwargs: Any) -> "Passes":
        """Walk the tree with one pass, if it may find something."""
        name = named(function)
        if name in OF_THE_WHOLE:
            changed = function(self.tree, *args, **kwargs)
            if changed is not self.tree:
                self.tree, self.kinds = changed, kinds_in(changed)
        elif name not in OF_NODES or any(kind in self.kinds for kind in OF_NODES[name]):
            self.tree = self.tree.transform(function, *args, copy=copy, **kwargs)
            self.kinds = kinds_in(self.tree)
        return self


def kinds_in(tree: exp.Expression) -> set[type]:
    """The kinds of nodes in a tree, and what they are kinds of."""
    found = {type(node) for node in tree.walk()}
    return found.union(*(kind.__mro__ for kind in found))


def named(function: Callable) -> str:
    """The name of a pass; of a lambda that fakesnow makes to give it more arguments, the pass that it calls."""
    names = inspect.unwrap(function).__code__.co_names if function.__name__ == "<lambda>" else ()
    return next((name for name in names if name in OF_THE_WHOLE), function.__name__)


@around(FakeSnowflakeCursor, "_transform")
def transform(original: Any, cursor: FakeSnowflakeCursor, tree: exp.Expression, params: Any) -> exp.Expression:
    """fakesnow's own chain, on a tree that leaves passes out."""
    return original(cursor, Passes(tree), params).tree


@around(FakeSnowflakeCursor, "check_db_and_schema")
def check_db_and_schema(original: Any, cursor: FakeSnowflakeCursor, tree: exp.Expression) -> None:
    """Look for names without a schema only where the session has none to complete them with."""
    if not (cursor._conn.database_set and cursor._conn.schema_set):
        original(cursor, tree)
