"""A pytest plugin: whole chains run first, browsers last and in one process.

The tests marked `chain` mostly wait; begun first, they wait while others work.
"""

import pytest

FIRST, BETWEEN, LAST = range(3)


def turn(item: pytest.Item) -> int:
    """When a test's turn comes."""
    if item.get_closest_marker("browser"):
        return LAST
    return FIRST if item.get_closest_marker("chain") else BETWEEN


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the order otherwise."""
    for item in items:
        if turn(item) == LAST:
            item.add_marker(pytest.mark.xdist_group("browser"))
    items.sort(key=turn)
