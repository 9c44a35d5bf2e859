import pytest
from techco.contract.validation import limits

from tests.zones import Zone


@pytest.fixture(autouse=True)
def small_files(monkeypatch):
    """These files have a few rows each: one value is enough to judge a column."""
    monkeypatch.setattr(limits, "ENOUGH_TO_JUDGE", 1)


@pytest.fixture
def zone(tmp_path):
    """An empty landing zone with its contract."""
    return Zone(tmp_path)


@pytest.fixture(params=["sample", "full"])
def depth(request):
    """Both depths, for what either must find."""
    return request.param
