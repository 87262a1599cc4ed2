"""A pytest plugin: which process runs which tests, and in which order.

The tests in the browser run in one process: they share a product and a Chromium, and
look at seconds that pass. So do those of whole chains. Both groups begin at once and
mostly wait; the other processes run everything else meanwhile, test by test.

A group is a folder or a file, known by a test's address. pytest-xdist's own `loadgroup`
adds the group to the address, which pytest 9.2 does not see: it groups nothing, in
silence.
"""

import pytest
from xdist.scheduler import LoadScopeScheduling

BROWSER, CHAIN = "tests/e2e/", "tests/chain/"
# Killing parts waits longest of all; the others of its folder need not wait for it.
ALONE = f"{CHAIN}test_crashes.py"
# The channels of Redis are the same in each of its databases.
CHANNELS = "tests/roof/test_hub.py"
TOGETHER = (BROWSER, CHAIN, CHANNELS)
FIRST, BETWEEN, LAST = range(3)


def group_of(address: str) -> str:
    """What runs in one process with this test: its folder, or nothing but itself."""
    if address.startswith(ALONE):
        return address
    return next((it for it in TOGETHER if address.startswith(it)), address)


def turn(item: pytest.Item) -> int:
    """When a test's turn comes in its process; those in the browser stay together."""
    if item.get_closest_marker("browser"):
        return LAST
    return FIRST if item.get_closest_marker("chain") else BETWEEN


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the order otherwise."""
    items.sort(key=turn)


class Groups(LoadScopeScheduling):
    """Hands out groups, the larger ones first, then single tests."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Groups:
    """Take the place of `--dist`."""
    return Groups(config, log)
