"""What a first visit loads: little enough for a phone on a bad line."""

import pytest

from tests.e2e.conftest import Visit

pytestmark = pytest.mark.browser

KIB = 1024
LOADED = """
() => Object.fromEntries(
    [
        ...performance.getEntriesByType("navigation"),
        ...performance.getEntriesByType("resource"),
    ].map((entry) => [entry.name, entry.encodedBodySize]),
)
"""


@pytest.mark.parametrize(
    ("path", "user", "most"),
    [
        ("/", "", 200 * KIB),
        ("/ask/", "", 200 * KIB),
        ("/devices/", "", 200 * KIB),
        ("/desk/", "agent3", 600 * KIB),
    ],
)
def test_a_first_visit_is_light(visit: Visit, path: str, user: str, most: int) -> None:
    """Everything that goes over the line, as it is compressed for it."""
    loaded = visit(path, user).page.evaluate(LOADED)
    assert 0 < sum(loaded.values()) <= most, loaded
