"""The live tables, in memory: what a release holds of visits in progress, and what has landed since.

A visit is made anew from all its events whenever one of them comes, by the project's own SQL, so that it is what the
next build makes of the same events, whatever came late, twice or in another order. All of it is one transaction: a
reader sees a file's events in every table or in none.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from techco.live.landed import LandedPath
from techco.live.queries import Queries
from techco.privacy import vault
from techco.serving.live_file import EVENTS
from techco.sql import literal, only_row

# An event that is stamped later than this from now was stamped by a wrong clock; it is shown when its time comes.
CLOCK_SLACK = timedelta(minutes=5)
# Later than this, and it is left to the build.
FARTHEST_AHEAD = timedelta(days=1)
# Visits that are made anew at once where all have to be, as after a release: some 0.1 s.
VISITS_AT_ONCE = 5_000
# More events than these are not kept: the visits that were quiet for longest are forgotten first.
MOST_EVENTS = 5_000_000
INTERACTIONS = "live_interactions"
# What is needed of the landed rows of each table; what is judged is all of them.
NEEDED = {
    "web.events": "event_id, event_type, occurred_at, session_id, customer_id, customer_key, device_key, device_type, "
    "user_agent, country_code, utm_source, utm_campaign, product_id, quantity, in_stock, _version, _file, _row, "
    "_issues",
    "crm.consents": "customer_key, purpose, is_granted, declared_at, _version, _file, _issues",
    "crm.privacy_requests": "customer_key, request_type, requested_at, _file, _issues",
}


class LiveError(Exception):
    """The live view cannot be made; the message says what to do."""


@dataclass
class Counts:
    """What became of the landed rows that were read, since the service began."""

    files: int = 0
    rows: int = 0
    # Kept out, by source.table and reason, as the build's quarantine names it.
    broken: Counter[str] = field(default_factory=Counter)
    repeated: int = 0
    of_erased_persons: int = 0
    # Of visits that ended before: in the next build, and in no live table.
    too_late: int = 0
    # Stamped a day or more ahead of the clock.
    ahead: int = 0
    forgotten_early: int = 0

    def copy(self) -> "Counts":
        """The counts as they are now."""
        return replace(self, broken=Counter(self.broken))


class LiveView:
    """An engine in memory. One thread writes; others read by cursors of their own (`reader()`)."""

    def __init__(self, queries: Queries, holds_persons: bool, memory_limit: str):
        self.queries = queries
        self.counts = Counts()
        self.revision = 0
        self.now = datetime(1970, 1, 1)
        self.newest_event: datetime | None = None
        self.releases = 0
        self.release_name = ""
        self.connection = duckdb.connect()
        run = self.connection.execute
        # A batch is small: threads would wait for each other. Readers bring their own.
        run("set threads = 1")
        run(f"set memory_limit = {literal(memory_limit)}")
        run("set TimeZone = 'UTC'")
        run("set preserve_insertion_order = false")
        vault.attach(self.connection, holds_persons)
        for schema in ("live", "core", "customers", "intermediate", "marketing"):
            run(f"create schema {schema}")
        # Nothing is written to disk, and what does not fit is forgotten.
        run("set temp_directory = ''")
        run("create table intermediate.int_live__clock (live_at timestamp, revision bigint)")
        run("insert into intermediate.int_live__clock values (null, 0)")
        run("create table live.touched (scope_no bigint)")
        run("create table live.waiting (scope_no bigint)")
        run("create table live.scopes (_visit_scope varchar, scope_no bigint, last_event_at timestamp)")
        run("create sequence live.scope_numbers")
        # Events name visits and files by numbers, which takes a third of the memory.
        run("create table live.files (file_path varchar, file_no bigint)")
        run("create sequence live.file_numbers")
        run("create table live.suppressed (_visit_scope varchar, seen_at timestamp)")
        run(
            "create table live.declarations (customer_key varchar, purpose varchar, is_granted boolean, "
            "declared_at timestamp, _version bigint, _file varchar)"
        )
        run("create table live.objections (customer_key varchar, requested_at timestamp, _file varchar)")
        run("create table live.withdrawn (customer_key varchar, purpose varchar)")

    # ---- Releases

    def open_release(self, file: Path) -> frozenset[str]:
        """Take a release in the place of the one before; return the files that it has loaded, of those read live.

        Events that have landed since stay, as does what was declared in files that are not loaded. All visits are made
        anew in the cycles that follow, a part in each, so that no reader waits for it.
        """
        name = f"release_{self.releases}"
        before, self.release_name = self.release_name, name
        run = self.connection.execute
        try:
            run(f"attach {literal(str(file))} as {name} (read_only)")
        except duckdb.IOException as error:
            raise LiveError(
                f"{file} cannot be opened: run `make build` and `make publish`, which write it ({error})."
            ) from error
        try:
            loaded = self.take_over(name)
        except BaseException:
            self.release_name = before
            run(f"detach {name}")
            raise
        if before:
            run(f"detach {before}")
        self.releases += 1
        return loaded

    def take_over(self, name: str) -> frozenset[str]:
        """Put an attached release in the place of the one before."""
        run = self.connection.execute
        with self.transaction():
            for (relation,) in run(
                "select schema_name || '.' || table_name from duckdb_tables() "
                f"where database_name = '{name}' and schema_name <> 'control'"
            ).fetchall():
                if relation not in (EVENTS, "intermediate.int_person__consents"):
                    run(f"create or replace view {relation} as from {name}.{relation}")
            run(f"create or replace view live.built_consents as from {name}.intermediate.int_person__consents")
            run(f"create or replace view live.built_scopes as from {name}.control.scopes")
            run(f"create or replace table live.suppressions as from {name}.control.suppressions")
            if not self.releases:
                self.make_first_tables(name)
            else:
                self.take_over_events(name)
            loaded = frozenset(row[0] for row in run(f"select file_path from {name}.control.loaded_files").fetchall())
            for table in ("declarations", "objections"):
                run(f"delete from live.{table} where _file in (select file_path from {name}.control.loaded_files)")
            self.withdraw_consents()
            run("delete from live.waiting")
            run("insert into live.waiting select scope_no from live.scopes")
        return loaded

    def make_first_tables(self, release: str) -> None:
        """The tables that have the columns of what a release holds."""
        run = self.connection.execute
        slack = f"interval {int(CLOCK_SLACK.total_seconds())} second"
        run(
            "create table live.events as select * exclude (_visit_scope), cast(0 as bigint) as scope_no, "
            f"hash(event_id) as event_hash, cast(0 as bigint) as file_no from {release}.{EVENTS} limit 0"
        )
        self.add_events(f"select *, cast(null as varchar) as _file from {release}.{EVENTS}")
        run(
            f"create view {EVENTS} as select events.* exclude (scope_no, event_hash, file_no), scopes._visit_scope "
            "from (from live.events where scope_no in (select scope_no from live.touched)) as events "
            f"inner join intermediate.int_live__clock as clock on events.occurred_at <= clock.live_at + {slack} "
            "inner join live.scopes as scopes on events.scope_no = scopes.scope_no"
        )
        run(
            "create view intermediate.int_person__consents as select * replace (is_granted and (customer_key, purpose) "
            "not in (select (customer_key, purpose) from live.withdrawn) as is_granted) from live.built_consents"
        )
        roles = ", ".join(
            f"({literal(role)}, {literal(purpose)})" for role, purpose in self.queries.consent_of_role.items()
        )
        purposes = f"(values {roles})" if roles else "(select null, null where false)"
        run(
            f"create view intermediate.int_person__scopes as from live.built_scopes where (role_name, customer_key) "
            f"not in (select (role_name, customer_key) from live.withdrawn inner join {purposes} as roles (role_name, "
            "purpose) on withdrawn.purpose = roles.purpose)"
        )
        for number, table in enumerate(self.queries.tables):
            extra = ", cast(0 as bigint) as scope_no, cast(0 as bigint) as _revision" if number == 0 else ""
            run(f"create table {table.schema}.{table.name} as select *{extra} from ({table.query}) limit 0")

    def take_over_events(self, release: str) -> None:
        """Put the build's events in the place of those that it has loaded, where they differ."""
        run = self.connection.execute
        run(f"create or replace temp table loaded as select hash(event_id) as event_hash, * from {release}.{EVENTS}")
        # What the build has loaded and does not hold: superseded since, or of a person who was erased.
        run(
            "delete from live.events where file_no in (select file_no from live.files where file_path in "
            f"(select file_path from {release}.control.loaded_files)) and scope_no in "
            "(select scope_no from live.scopes where _visit_scope in "
            "(select _visit_scope from loaded)) and event_hash not in (select event_hash from loaded)"
        )
        columns = [column for column in self.event_columns() if column != "event_id"]
        same = " and ".join(f"events.{column} is not distinct from loaded.{column}" for column in columns)
        run(
            "create or replace temp table differing as select loaded.* exclude (event_hash), "
            "cast(null as varchar) as _file from loaded where not exists (select 1 from live.events "
            f"where events.event_hash = loaded.event_hash and {same})"
        )
        run(
            "delete from live.events where event_hash in "
            "(select hash(event_id) from differing) and event_id in (select event_id from differing)"
        )
        self.add_events("from differing")
        run("drop table loaded")
        run("drop table differing")

    def event_columns(self) -> list[str]:
        """The columns of an event besides what it stands by here."""
        names = [row[0] for row in self.connection.execute("describe live.events").fetchall()]
        return [name for name in names if name not in ("scope_no", "event_hash", "file_no")]

    # ---- What lands

    def take(self, named: str, files: Sequence[LandedPath]) -> None:
        """Read landed files of one raw table and one format; raises duckdb.Error where one cannot be read."""
        how = self.queries.intake[named][files[0].format]
        listed = ", ".join(file.literal for file in files)
        read = how["read"].replace("$files", listed).replace("$path_begins", str(files[0].path_begins))
        run = self.connection.execute
        run(f"create or replace temp table landed_rows as {read}")
        # Of long SQL over few rows: what the optimizer saves is less than half of what it takes.
        run("pragma disable_optimizer")
        run(f"create or replace temp table landed as select {NEEDED[named]} from ({how['judge']})")
        run("pragma enable_optimizer")
        rows, good = only_row(self.connection, "select count(*), coalesce(count_if(_issues is null), 0) from landed")
        if good < rows:
            for issues, count in self.connection.execute(
                "select _issues, count(*) from landed where _issues is not null group by 1"
            ).fetchall():
                for reason in issues.split():
                    self.counts.broken[f"{named} {reason}"] += count
        if named == "web.events":
            self.take_events()
        elif named == "crm.consents":
            self.connection.execute(
                "insert into live.declarations select customer_key, purpose, is_granted, declared_at, _version, _file "
                "from landed where _issues is null and customer_key is not null"
            )
            self.withdraw_consents()
        else:
            self.connection.execute(
                "insert into live.objections select customer_key, requested_at, _file from landed "
                "where _issues is null and customer_key is not null and request_type in ('object', 'erase')"
            )
            self.withdraw_consents()
        self.counts.files += len(files)
        self.counts.rows += rows

    def take_events(self) -> None:
        """Take the good rows of the landed table as events, each id once, in its newest version."""
        run = self.connection.execute
        agents = " or ".join(f"lower(user_agent) like {literal(pattern)}" for pattern in self.queries.bot_agents)
        run(
            f"create or replace temp table fresh as select *, {self.queries.visit_scope} as _visit_scope, "
            f"coalesce({agents or 'false'}, false) as has_agent_of_bot, hash(event_id) as event_hash from landed "
            "where _issues is null "
            "qualify row_number() over (partition by event_id order by _version desc, _file desc, _row desc) = 1"
        )
        good, unique = only_row(
            self.connection, "select (select count(*) from landed where _issues is null), (select count(*) from fresh)"
        )
        self.counts.repeated += good - unique
        if only_row(self.connection, "select count(*) from live.suppressions")[0]:
            self.suppress()
        # Known already, in this version or a later one; an earlier one gives way.
        run(
            "create or replace temp table known as select events.event_hash, events.scope_no, "
            "fresh._version > events._version as is_older from live.events as events "
            "inner join fresh on events.event_hash = fresh.event_hash and events.event_id = fresh.event_id"
        )
        repeated, corrected = only_row(
            self.connection, "select coalesce(count_if(not is_older), 0), coalesce(count_if(is_older), 0) from known"
        )
        if repeated:
            self.counts.repeated += repeated
            run("delete from fresh where event_hash in (select event_hash from known where not is_older)")
        if corrected:
            run("insert into live.touched select scope_no from known where is_older")
            run("delete from live.events where event_hash in (select event_hash from known where is_older)")
        farthest = self.latest_time() + FARTHEST_AHEAD
        (ahead,) = only_row(self.connection, "select count(*) from fresh where occurred_at > ?", [farthest])
        if ahead:
            self.counts.ahead += ahead
            run("delete from fresh where occurred_at > ?", [farthest])
        late = self.now - timedelta(minutes=self.queries.live_minutes)
        (too_late,) = only_row(
            self.connection,
            "select count(*) from fresh where occurred_at <= ? and _visit_scope not in "
            "(select _visit_scope from live.scopes)",
            [late],
        )
        self.counts.too_late += too_late
        if too_late:
            run(
                "delete from fresh where occurred_at <= ? and _visit_scope not in "
                "(select _visit_scope from live.scopes)",
                [late],
            )
        self.add_events("from fresh")

    def suppress(self) -> None:
        """Leave out the rows of erased persons, and of the visits that name one, as base models do."""
        run = self.connection.execute
        run(
            "insert into live.suppressed select _visit_scope, max(occurred_at) from fresh "
            "where customer_id is not null and sha256((select outer_pad from vault.main.suppression) || "
            "unhex(sha256((select inner_pad from vault.main.suppression) || encode(customer_id)))) in "
            "(select person_hash from live.suppressions) group by _visit_scope"
        )
        (count,) = only_row(
            self.connection,
            "select count(*) from fresh where _visit_scope in (select _visit_scope from live.suppressed)",
        )
        self.counts.of_erased_persons += count
        if count:
            run("delete from fresh where _visit_scope in (select _visit_scope from live.suppressed)")

    def add_events(self, query: str) -> None:
        """Add events of a query to those that are kept; their visits are to be made anew."""
        run = self.connection.execute
        columns = ", ".join(self.event_columns())
        run(f"create or replace temp table added as {query}")
        run(
            "insert into live.scopes select _visit_scope, nextval('live.scope_numbers'), null from "
            "(select distinct _visit_scope from added where _visit_scope not in (select _visit_scope from live.scopes))"
        )
        run(
            "insert into live.files select file_path, nextval('live.file_numbers') from (select distinct _file as "
            "file_path from added where _file is not null and _file not in (select file_path from live.files))"
        )
        run(
            f"insert into live.events by name select {columns}, scopes.scope_no, hash(event_id) as event_hash, "
            "files.file_no from added inner join live.scopes as scopes on added._visit_scope = scopes._visit_scope "
            "left join live.files as files on added._file = files.file_path"
        )
        run(
            "create or replace temp table newest as select scope_no, max(occurred_at) as last_event_at from added "
            "inner join live.scopes as scopes on added._visit_scope = scopes._visit_scope group by scope_no"
        )
        run(
            "update live.scopes set last_event_at = newest.last_event_at from newest where scopes.scope_no = "
            "newest.scope_no and (scopes.last_event_at is null or scopes.last_event_at < newest.last_event_at)"
        )
        run("insert into live.touched select scope_no from newest")
        run("drop table newest")
        (newest,) = only_row(
            self.connection, "select max(occurred_at) from added where occurred_at <= ?", [self.latest_time()]
        )
        if newest and (self.newest_event is None or newest > self.newest_event):
            self.newest_event = newest

    def latest_time(self) -> datetime:
        """The latest instant that an event can be of: what is stamped later was stamped by a clock that is wrong."""
        return datetime.now(UTC).replace(tzinfo=None) + CLOCK_SLACK

    def withdraw_consents(self) -> None:
        """Take back consents by what was declared, or objected to, in files that no build has loaded.

        A consent that was given since counts from the next build on: whether its person may be shown is more than a
        consent.
        """
        run = self.connection.execute
        run(
            "create or replace temp table still_withdrawn as "
            "select last.customer_key, last.purpose from ("
            "  select * from ("
            "    select customer_key, purpose, is_granted, declared_at, -1 as _version from live.built_consents "
            "    where customer_key in "
            "      (select customer_key from live.declarations union select customer_key from live.objections)"
            "    union all by name select * exclude (_file) from live.declarations"
            "  ) qualify row_number() over (partition by customer_key, purpose "
            "    order by declared_at desc, _version desc, is_granted asc) = 1"
            ") as last left join "
            "(select customer_key, max(requested_at) as requested_at from live.objections group by 1) as "
            "objections on last.customer_key = objections.customer_key "
            "where not last.is_granted or objections.requested_at >= last.declared_at"
        )
        run(
            "insert into live.touched select scope_no from live.events where customer_key in ("
            "  select customer_key from ((from still_withdrawn except from live.withdrawn) union "
            "(from live.withdrawn except from still_withdrawn)))"
        )
        run("create or replace table live.withdrawn as from still_withdrawn")

    # ---- Cycles

    def refresh(self, now: datetime) -> int:
        """Make the touched visits anew, and some of those that wait for it; end those that paused; return how many."""
        run = self.connection.execute
        self.revision += 1
        run("update intermediate.int_live__clock set live_at = ?, revision = ?", [now, self.revision])
        # The time has come for events that were stamped ahead of it.
        run(
            "insert into live.touched select scope_no from live.scopes where last_event_at > ? and last_event_at <= ?",
            [self.now + CLOCK_SLACK, now + CLOCK_SLACK],
        )
        self.now = now
        if only_row(self.connection, "select count(*) from live.waiting")[0]:
            run(f"create or replace temp table next as from live.waiting order by scope_no limit {VISITS_AT_ONCE}")
            run("insert into live.touched from next")
            run("delete from live.waiting where scope_no in (from next)")
        ended = now - timedelta(minutes=self.queries.visit_gap_minutes)
        changed = only_row(self.connection, "select count(distinct scope_no) from live.touched")[0]
        interactions = self.queries.tables[0]
        table = f"{interactions.schema}.{interactions.name}"
        if changed:
            run(f"create or replace temp table made as {interactions.query}")
            run(f"delete from {table} where scope_no in (select scope_no from live.touched)")
            run(
                f"insert into {table} by name select made.*, scopes.scope_no, {self.revision} as _revision from made "
                "inner join live.scopes as scopes on made._visit_scope = scopes._visit_scope"
            )
            run("delete from live.touched")
        run(f"delete from {table} where last_event_at <= ?", [ended])
        return int(changed)

    def sum_up(self) -> None:
        """Make the live tables that are made of visits."""
        for table in self.queries.tables[1:]:
            self.connection.execute(f"create or replace table {table.schema}.{table.name} as {table.query}")

    def forget(self, half: bool = False) -> None:
        """Forget visits that have been quiet for too long, with their events; or the `half` that has been for longest.

        Tables are written anew: what is deleted in memory is given back by nothing else.
        """
        run = self.connection.execute
        until = self.now - timedelta(minutes=self.queries.live_minutes)
        (events,) = only_row(self.connection, "select count(*) from live.events")
        most = events // 2 if half else MOST_EVENTS
        if events > most:
            (cut,) = only_row(
                self.connection,
                "select last_event_at from ("
                "select last_event_at, sum(count(*)) over (order by last_event_at desc) as kept from "
                "live.events inner join live.scopes using (scope_no) group by scope_no, last_event_at) "
                f"where kept > {most} order by kept limit 1",
            )
            self.counts.forgotten_early += 1
            until = max(until, cut)
        run("create or replace temp table kept as from live.scopes where last_event_at > ?", [until])
        run("create or replace table live.events as from live.events where scope_no in (select scope_no from kept)")
        run("create or replace table live.scopes as from kept")
        run("drop table kept")
        run("delete from live.files where file_no not in (select file_no from live.events where file_no is not null)")
        run("delete from live.suppressed where seen_at <= ?", [until])
        interactions = self.queries.tables[0]
        table = f"{interactions.schema}.{interactions.name}"
        run(f"create or replace table {table} as from {table} where scope_no in (select scope_no from live.scopes)")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; whoever reads meanwhile sees what was before."""
        self.connection.execute("begin")
        try:
            yield
        except BaseException:
            self.connection.execute("rollback")
            self.connection.execute("pragma enable_optimizer")
            raise
        self.connection.execute("commit")

    def reader(self) -> duckdb.DuckDBPyConnection:
        """A connection of its own to read by, for another thread."""
        return self.connection.cursor()
