"""make watch: when it builds and publishes, and what it does where that fails."""

import os

import pytest
from techco.live.landed import LandedFiles
from techco.operations.watch import FIRST_PAUSE, LONGEST_PAUSE, RUNS, AnotherWatchesError, Watch, alone

BUILD, LINEAGE, PUBLISH = RUNS


class Runs:
    """What was run; a build writes the warehouse where there is something to build."""

    def __init__(self, place):
        self.place = place
        self.called = []
        self.codes = {}
        self.builds = True

    def __call__(self, module):
        self.called.append(module)
        code = self.codes.get(module, 0)
        if module == BUILD and self.builds and not code:
            self.place.touch(self.place.warehouse)
        if module == PUBLISH and not code:
            (self.place.warehouse.parent / "releases" / "current").mkdir(parents=True, exist_ok=True)
            self.place.touch(self.place.warehouse.parent / "releases" / "current")
        return code

    def take(self):
        """What was run since this was asked last."""
        called, self.called = self.called, []
        return called


class Place:
    """A landing zone, a warehouse, and the watch of both."""

    def __init__(self, folder):
        self.landing = folder / "landing"
        self.landing.mkdir()
        self.warehouse = folder / "warehouse" / "techco.duckdb"
        self.warehouse.parent.mkdir()
        self.clock = 1_000_000_000
        self.files = 0
        self.runs = Runs(self)
        self.watch = Watch(LandedFiles(self.landing, (("shop", "orders"),)), self.warehouse, self.runs)

    def touch(self, path):
        """Change a file or folder, later than all before."""
        if not path.exists():
            path.write_text("", encoding="utf-8")
        self.clock += 10
        os.utime(path, (self.clock, self.clock))

    def land(self):
        """Land one more file."""
        folder = self.landing / "shop" / "orders" / "ingested_on=2026-12-01"
        folder.mkdir(parents=True, exist_ok=True)
        self.files += 1
        (folder / f".{self.files}.parquet").write_bytes(b"")
        (folder / f".{self.files}.parquet").rename(folder / f"{self.files}.parquet")


@pytest.fixture
def place(tmp_path):
    """A place where nothing has landed."""
    return Place(tmp_path)


def test_what_has_landed_is_built_and_published_once(place):
    assert place.watch.look(0) and place.runs.take() == [BUILD, LINEAGE, PUBLISH]
    assert place.watch.look(2) and place.runs.take() == []
    place.land()
    assert place.watch.look(4) and place.runs.take() == [BUILD, LINEAGE, PUBLISH]
    assert place.watch.look(6) and place.runs.take() == []


def test_what_a_build_finds_nothing_new_in_is_not_published_again(place):
    place.watch.look(0)
    place.runs.take()
    place.runs.builds = False
    place.land()
    assert place.watch.look(2) and place.runs.take() == [BUILD, LINEAGE]


@pytest.mark.parametrize("broken", RUNS)
def test_a_run_that_failed_is_tried_again_later_each_time(place, broken, capsys):
    place.runs.codes = {broken: 1}
    now, pauses = 0.0, []
    for _ in range(9):
        assert not place.watch.look(now)
        assert place.runs.take() == list(RUNS[: RUNS.index(broken) + 1])
        pauses.append(place.watch.next_try - now)
        assert place.watch.look(place.watch.next_try - 1) and place.runs.take() == []
        now = place.watch.next_try
    assert pauses[:3] == [FIRST_PAUSE, 2 * FIRST_PAUSE, 4 * FIRST_PAUSE] and pauses[-1] == LONGEST_PAUSE
    assert f"{broken} failed; it is tried again in 10 s" in capsys.readouterr().out
    place.runs.codes = {}
    assert place.watch.look(now) and place.runs.take()[-1] == PUBLISH
    assert place.watch.look(now + 1) and place.runs.take() == []


def test_a_correction_that_lands_is_tried_soon(place):
    place.runs.codes = {BUILD: 1}
    now = 0.0
    for _ in range(5):
        place.watch.look(now)
        now = place.watch.next_try
    failed_at = place.watch.failed_at
    place.runs.take()
    place.land()
    assert place.watch.look(failed_at + 1) and place.runs.take() == []
    assert not place.watch.look(failed_at + FIRST_PAUSE) and place.runs.take() == [BUILD]


def test_a_file_that_lands_while_a_build_runs_is_built_next(place):
    def build_while_a_file_lands(module):
        if module == BUILD and place.files == 0:
            place.land()
        return place.runs(module)

    place.watch.call = build_while_a_file_lands
    place.watch.look(0)
    place.runs.take()
    assert place.watch.look(2) and place.runs.take() == [BUILD, LINEAGE, PUBLISH]


def test_one_process_watches_a_warehouse(place):
    with (
        alone(place.warehouse),
        pytest.raises(AnotherWatchesError, match="watched by another process"),
        alone(place.warehouse),
    ):
        pass
    with alone(place.warehouse):
        pass
