import pytest

from tests.zones import Zone


@pytest.fixture
def zone(tmp_path):
    """An empty landing zone with its contract."""
    return Zone(tmp_path)


@pytest.fixture(params=["sample", "full"])
def depth(request):
    """Both depths, for what either must find."""
    return request.param
