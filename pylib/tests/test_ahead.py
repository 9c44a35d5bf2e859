"""A check that is begun ahead says the same as one of its own, and is taken for no other files."""

from techco.contract.landing_zone import list_files
from techco.contract.validation import ahead
from techco.contract.validation.ahead import Subject, begin, findings_of


def test_findings_are_those_of_the_files_that_are_asked_for(zone, monkeypatch):
    monkeypatch.setattr(ahead, "begun", [])
    checked = []
    plain = Subject.check
    monkeypatch.setattr(Subject, "check", lambda subject: checked.append(subject) or plain(subject))
    zone.put("web/event/ingested_on=2026-01-02/a.jsonl", "{}")
    subject = Subject(list_files(zone.root), [], zone.contract, zone.root)
    begin(subject)
    again = Subject(list_files(zone.root), [], zone.contract, zone.root)
    assert [found.code for found in findings_of(again)] == ["unknown_table"]
    assert checked == [subject]
    # A file lands meanwhile.
    zone.events({"colour": "red"})
    later = Subject(list_files(zone.root), [], zone.contract, zone.root)
    assert [found.code for found in findings_of(later)] == ["unknown_table", "unknown_column"]
    assert checked == [subject, later]
