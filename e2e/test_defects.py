"""The quarantine holds every row that the simulator spoiled, for the reasons it was spoiled for, and no other."""

from proofs.defects import quarantined_rows, run

from tools.simulator.defects.kinds import FILE_KINDS, row_kinds
from tools.simulator.defects.tables import TABLES


def test_the_quarantine_holds_what_was_spoiled(tmp_path, dbt_files):
    figures = run(0, tmp_path, dbt_files)
    assert figures["quarantined"] > 0
    # A kind that never occurs proves nothing.
    assert set(figures["injected"]) == {*FILE_KINDS, "correction"}.union(*map(row_kinds, TABLES.values()))


def test_without_defects_the_quarantine_is_empty(built):
    assert quarantined_rows(built) == []
