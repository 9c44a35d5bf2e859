"""Which commit is checked out, however git keeps it."""

import pytest
from techco.run_origin import git_commit

COMMIT = "85a813c0d7c9f2f4f6a6a7f0c1b2a3948576abcd"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"HEAD": COMMIT + "\n"}, COMMIT),
        ({"HEAD": "ref: refs/heads/main\n", "refs/heads/main": COMMIT + "\n"}, COMMIT),
        ({"HEAD": "ref: refs/heads/main\n", "packed-refs": f"# pack-refs\n{COMMIT} refs/heads/main\n"}, COMMIT),
        ({"HEAD": "ref: refs/heads/main\n"}, "unknown"),
        ({"HEAD": "'; drop table runs; --"}, "unknown"),
        ({}, "unknown"),
    ],
)
def test_the_commit_that_is_checked_out(tmp_path, monkeypatch, files, expected):
    monkeypatch.delenv("TECHCO_GIT_COMMIT", raising=False)
    for name, text in files.items():
        file = tmp_path / ".git" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    assert git_commit(tmp_path) == expected


def test_a_commit_that_is_told_counts(tmp_path, monkeypatch):
    monkeypatch.setenv("TECHCO_GIT_COMMIT", "of the release")
    assert git_commit(tmp_path) == "of the release"
