import json
import subprocess
import sys

import pytest

from tools.parity import gate
from tools.parity.gate_rules import FUNCTIONS, LIST_OF_FUNCTIONS, RULES

BROKEN = [
    ("unparsable", "select a from t using sample 10%"),
    ("unparsable", "select count(*) filter (where a > 1) from t"),
    ("unparsable", "create maskin policy p as (v varchar) returns varchar -> v"),
    ("unparsable", "select 'never closed"),
    ("unparsable", "create row acces policy a.b.p as (k varchar) returns boolean -> true"),
    ("unparsable", "create or replace secure view v (a with tags (t = 'x')) copy grants as select a from t"),
    ("unparsable", "alter tag a.b.t set masking a.b.m force"),
    (
        "division by zero",
        "alter row access policy p set body -> exists (select 1 from t where t.k = cast(k as double) / a)",
    ),
    ("syntax of others", "select sum(a) over w from t window w as (partition by b)"),
    ("syntax of others", "select x[1:2]::varchar from t"),
    ("syntax of others", "select array_agg(a order by b) from t"),
    ("syntax of others", "select a + interval 1 day from t"),
    ("syntax of others", "select t.a from t semi join u on t.a = u.a"),
    ("unknown function", "select strftime(a, '%Y') from t"),
    ("unknown function", "select starts_with(a, 'b') from t"),
    ("unknown function", "select Bool_Or(a) from t"),
    ("unknown function", "select distinct on (a) a, b from t"),
    ("unknown function", "select a from range(10) as r"),
    ("function in copy into", "copy into t (a) from (select substr($1, position('b' in $1)) from @s/a/)"),
    ("quoted name", 'select a as "amount" from t'),
    ("quoted name", 'select "Order Id" from t'),
    ("division by zero", "select cast(a as double) / b from t"),
    ("division by zero", "select cast(a as double) / 0 from t"),
    ("division by zero", "select cast(a as double) / nullif(b, 1) from t"),
    ("division by zero", "select cast(a as double) / count(b) over () from t"),
    ("division by zero", "select cast(a as double) / -b from t"),
    ("division by zero", "select a % b from t"),
    ("division by zero", "select mod(a, b) from t"),
    ("division of decimals", "select a / nullif(b, 0) from t"),
    ("division of decimals", "select cast(c as double) + a / 2 from t"),
    ("division of decimals", "select cast(cast(a as double) as decimal(18, 2)) / 3 from t"),
    ("division of decimals", "select (a - b) / nullif(c + d, 0) from t"),
    ("average of decimals", "select avg(a) from t"),
    ("average of decimals", "select median(cast(a as decimal(18, 2))) from t"),
    ("average of decimals", "select percentile_cont(0.5) within group (order by a) from t"),
    ("double to integer", "select cast(a::double as bigint) from t"),
    ("double to integer", "select (cast(a as double) / 3)::int from t"),
    ("double to integer", "select cast(round(cast(a as double), 2) as bigint) from t"),
    ("double to integer", "select cast(avg(a::double) as integer) from t"),
    ("untyped variant", "select payload:a.b from t"),
    ("untyped variant", "select a from t where payload:n > 2"),
    ("untyped variant", "select coalesce(payload:a, 'y') from t"),
    ("untyped variant", "select cast(payload:a || 'y' as varchar) from t"),
    ("untyped variant", "select get(_fields, 1) from t"),
    ("untyped variant", "select fields[0] from t"),
    ("untyped variant", "select f.value from t, lateral flatten(input => t.items) as f"),
    ("untyped variant", "select try_cast(payload:a as int) from t"),
    ("bare decimal", "select cast(a as decimal) from t"),
    ("bare decimal", "select a::NUMBER from t"),
    ("bare decimal", "create table t (a numeric not null)"),
    ("bare decimal", "select to_number(a) from t"),
    ("length of text", "select cast(a as varchar(10)) from t"),
    ("length of text", "create table t (a char)"),
    ("length of text", "select a::character varying(255) from t"),
    ("uncast date", "select date_trunc('month', d_on) from t"),
    ("uncast date", "select a from t where b > dateadd(day, 1, c)"),
    ("offset", "select cast(try_cast(a as timestamp_tz) as timestamp_ntz) from t"),
    ("offset", "select a from t where b < current_timestamp"),
    ("offset", "select current_date() as today from t"),
    ("timestamp as text", "select ordered_at::varchar from t"),
    ("timestamp as text", "select md5(cast(t.ordered_at as varchar)) from t"),
    ("timestamp as text", "select to_varchar(ordered_at) from t"),
    ("typeof", "select typeof(payload:a) = 'VARCHAR' from t"),
    ("typeof", "select typeof(payload:a) from t"),
    ("listagg", "select listagg(a, ',') within group (order by a) from t"),
    ("null among arguments", "select greatest(a, 0) from t"),
    ("null among arguments", "select least(greatest(a, 0), 1) from t"),
    ("null among arguments", "select concat(a, 'b') from t"),
    ("order of nulls", "select row_number() over (order by a desc) from t"),
    ("order of nulls", "select a from t order by a desc nulls last, b desc limit 1"),
]

SOUND = [
    "select a from t sample (10)",
    "select count_if(a > 1) from t",
    "put 'file:///tmp/a b/*' '@db.raw.landing/a/b' auto_compress = false overwrite = false",
    "copy into t (a) from (select $1:a::varchar from '@s/a/') file_format = (format_name = 'f') on_error = skip_file",
    "select substr(a, position('b' in a)) from t",
    "with m__dbt_sp as procedure () returns string language python as $$ pass $$ call m__dbt_sp()",
    "create warehouse if not exists w warehouse_size = 'xsmall' auto_suspend = 60 initially_suspended = true",
    "grant select, insert on future tables in schema a.b to role c",
    "create row access policy if not exists a.b.p as (k varchar) returns boolean -> is_role_in_session('R')",
    "alter row access policy a.b.p set body -> exists (select 1 from t where t.k = k and (t.r = 'x' or false))",
    "create masking policy if not exists a.b.m as (clear varchar) returns varchar -> left(clear, 1)",
    "alter masking policy a.b.m set body -> case system$get_tag_on_current_column('t') when 'x' then clear end",
    "alter tag a.b.t set masking policy a.b.m, masking policy a.b.d force",
    "create or replace secure view a.b.v (k, e with tag (a.b.t = 'x')) with row access policy a.b.p on (k) "
    "copy grants as select k, e from t",
    "select tag_name from table(a.information_schema.tag_references_all_columns('A.B.V', 'table'))",
    "show future grants to role r",
    "show tags like 'T' in schema a.b",
    "describe row access policy a.b.p",
    'alter table a.b.c alter "A" comment $$it\'s$$',
    "select sum(a) over (partition by b), substr(x, 1, 2), a::timestamp_ntz + interval '1 day' from t",
    "select array_agg(a) within group (order by b) from t",
    "select STARTSWITH(a, 'b'), boolor_agg(a), listagg_of_mine from t",
    'describe table "TECHCO"."CORE"."FCT_ORDER"',
    'create temporary table "TECHCO"."SNAPSHOTS"."SNAP_ORDERS__dbt_tmp" as (select a as "A" from t)',
    "select 'actual' as \"actual_or_expected\" from t",
    "select round(cast(a as double) / nullif(b, 0), 4), cast(a as double) * b / (nullif(c, 0)), a % 2 from t",
    "select a::double / 100, cast(a as double) / cast(nullif(b, 0) as double), mod(a, 7) from t",
    "select cast(a as double) / count(*) over (partition by b) from t",
    "select 100 * (a::double - b) / nullif(c, 0), a / nullif(b::double + c, 0), t.value, value from t",
    "select avg(cast(a as double)), median(a::float), max(a) from t",
    "select percentile_cont(0.9) within group (order by cast(a as double) desc nulls last) from t",
    "select cast(round(a::double) as bigint), cast(floor(a::double / 3) as int), cast(a as bigint) from t",
    "select payload:a.b::varchar, cast(payload:a as int), get(_fields, 1)::varchar, (f.value:n)::int from t",
    "select try_cast(payload:a::varchar as int), is_object(payload:a), array_size(payload:items), payload from t",
    "select f.value::varchar, f.index from t, lateral flatten(input => try_parse_json(t.items)) as f",
    "select to_json(transform(try_parse_json(a), x -> object_construct_keep_null('b', x:b))) from t",
    "create table t (a decimal(18, 2), b number(38, 0), c bigint)",
    "select cast(a as decimal(18, 2)), to_number(a, 18, 2), try_to_decimal(a, '999', 18, 2) from t",
    "select a::varchar, try_cast('x' as character varying(16777216)) from t",
    "select cast(date_trunc('month', d_on) as date), dateadd(day, 1, c)::date from t",
    "select dateadd(day, row_number() over (order by 1) - 1, cast('2015-01-01' as date)) as date_day from t",
    "select cast(convert_timezone('UTC', try_cast(a as timestamp_tz)) as timestamp_ntz) from t",
    "select to_timestamp_ntz(convert_timezone('UTC', current_timestamp())) from t",
    "select to_char(ordered_at, 'YYYY-MM-DD'), ordered_on::varchar, ordered_at::date from t",
    "select typeof(payload:a) in ('OBJECT', 'ARRAY') from t",
    "select coalesce(listagg(a, ',') within group (order by a), ''), nullif(listagg(a), '') from t",
    "select greatest(coalesce(a, 0), 0), least(1, count(*)), greatest(t._load_id, u._load_id), a || 'b' from t",
    "select least(greatest(coalesce(a, 0), 0), 1) from t",
    "select row_number() over (order by b desc nulls last, c, coalesce(d, 0) desc, _version desc) from t",
]


def rules_broken(statement: str) -> set[str]:
    return {rule for _, part in gate.parts(statement) for rule, _ in gate.judged(part)}


@pytest.mark.parametrize(("rule", "statement"), BROKEN)
def test_a_rule_fires(rule: str, statement: str) -> None:
    assert rule in rules_broken(statement)


@pytest.mark.parametrize("statement", SOUND)
def test_good_sql_breaks_no_rule(statement: str) -> None:
    assert rules_broken(statement) == set()


def test_calls_without_their_arguments_are_judged_too() -> None:
    assert "division by zero" in rules_broken("select a / nullif(), a / count() over (), mod(a), a / cast(b) from t")


def test_every_rule_is_seen_to_fire() -> None:
    assert {rule for rule, _ in BROKEN} == {rule.name for rule in RULES}


def test_division_by_two_slashes_is_no_comment() -> None:
    assert rules_broken("select a // 2,\n b from t") == {"unparsable"}


def test_the_list_of_functions_is_sorted_and_has_none_of_duckdb() -> None:
    names = LIST_OF_FUNCTIONS.read_text(encoding="utf-8").splitlines()
    assert names == sorted(set(names))
    of_duckdb = {
        *("arg_max", "bool_or", "date_diff", "epoch_us", "generate_series", "json_extract_string", "list", "list_sum"),
        *("quantile_cont", "regexp_extract", "regexp_full_match", "sha256", "starts_with", "strftime", "string_agg"),
        *("struct_pack", "to_days", "try_strptime", "unnest"),
    }
    assert not of_duckdb & FUNCTIONS


def test_a_statement_is_cut_into_queries_columns_and_conditions() -> None:
    statement = "create view v as (with a as (select b, f(c, d) as e from t) select * from a where x and (y or z))"
    assert sorted(text for _, text in gate.parts(statement)) == [
        "create view v as ( select 1)",
        "select * from a where x and (1 = 1)",
        "select b from t",
        "select f(c, d) as e",
        "select y or z",
        "with a as ( select 1) select 1",
    ]


def test_queries_of_a_union_are_cut_apart_and_others_are_not() -> None:
    assert sorted(
        text for _, text in gate.parts("select a, b is not distinct from c, d from t union all select e")
    ) == [
        "select a from t union all select 1",
        "select b is not distinct from c",
        "select d",
        "select e",
    ]
    assert [text for _, text in gate.parts("grant select, insert on t to role r")] == [
        "grant select, insert on t to role r"
    ]


def test_comments_and_blanks_do_not_tell_parts_apart() -> None:
    assert list(gate.parts("select a -- it's\n  /* b */ from t")) == [("select x from x", "select a from t")]


def test_names_and_literals_do_not_tell_parts_apart_but_what_rules_read_does() -> None:
    def form(statement: str) -> str:
        return next(gate.parts(statement))[0]

    assert form("select price + 1.5 from items where city = 'it''s'") == form("select tax + 20 from t where x = 'x y'")
    assert form("select a / 1 from t") != form("select a / 0.0 from t")
    assert form("select paid_at from t") != form("select paid_on from t")
    assert form("select a from t semi") != form("select a from t other")
    assert form("select typeof(a) = 'OBJECT' from t") != form("select typeof(a) = 'VARCHAR' from t")
    assert form("select lower(a) from t") != form("select upper(a) from t")
    assert form('select a as "b" from t') != form('select a as "B" from t')


def said_by(node: str) -> str:
    return "/* " + json.dumps({"app": "dbt", "node_id": node}) + " */;"


def test_a_finding_names_all_nodes_and_is_told_once() -> None:
    statements = [
        f"select greatest(price, 10) from t\n{said_by('model.x.one')}",
        f"create view v as (select greatest(tax, 20) from u)\n{said_by('model.x.two')}",
        f"select 1 {said_by('model.x.three')}",
    ]
    assert gate.findings(statements, {}) == [
        gate.Finding("null among arguments", "greatest(price, 10)", ("model.x.one", "model.x.two"))
    ]


def test_a_rule_that_does_not_concern_tests_is_silent_of_them() -> None:
    in_test = f"select cast(paid_at as varchar) from t {said_by('test.x.one')}"
    in_model = f"select cast(paid_at as varchar) from t {said_by('model.x.two')}"
    known: gate.Verdicts = {}
    assert gate.findings([in_test], known) == []
    assert [finding.nodes for finding in gate.findings([in_test, in_model], known)] == [("model.x.two",)]


def test_what_was_parsed_is_not_parsed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    known: gate.Verdicts = {}
    found = gate.findings([f"select price::decimal from t {said_by('model.x.one')}"], known)
    assert [finding.rule for finding in found] == ["bare decimal"]
    assert len(known) == 1
    monkeypatch.setattr(gate, "judged", None)
    assert gate.findings([f"select tax::decimal from items {said_by('model.x.one')}"], known) == found


def test_an_operation_is_named_by_its_connection() -> None:
    comment = '/* {"app": "dbt", "connection_name": "macro_create_objects"} */'
    assert gate.node_of(f"create schema a {comment}") == "macro_create_objects"


def test_what_dbt_did_not_issue_is_not_judged() -> None:
    assert gate.node_of("DESCRIBE SELECT * FROM t") is None
    assert gate.findings(["DESCRIBE SELECT * FROM t"], {}) == []


def test_the_command_prints_findings_and_fails_then(tmp_path) -> None:
    def run(*statements: str) -> subprocess.CompletedProcess:
        log = tmp_path / "statements.jsonl"
        log.write_text(
            "".join(json.dumps({"skipped": False, "sql": sql}) + "\n" for sql in statements), encoding="utf-8"
        )
        command = [sys.executable, "-m", "tools.parity.gate", str(log), "--cache", str(tmp_path / "cache")]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    commit = f"commit {said_by('model.x.y')}"
    broken = run(f"select strftime(a, '%Y') from t {said_by('model.x.y')}", commit, commit, "select snowpark")
    assert broken.returncode == 1
    assert broken.stdout.splitlines()[:2] == ["unknown function: strftime", "    in model.x.y"]
    assert broken.stdout.splitlines()[-1].startswith("1 findings in 3 statements of dbt, 2 distinct: ")
    assert len(json.loads((tmp_path / "cache" / "gate.json").read_text(encoding="utf-8"))) == 2
    sound = run(commit)
    assert sound.returncode == 0
    assert sound.stdout.startswith("0 findings in 1 statements of dbt, 1 distinct: ")
    assert run("select snowpark").returncode == 1
