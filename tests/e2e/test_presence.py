"""Whether one is on duty is said in one tab and known in the other."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Visit
from tests.e2e.test_every_page import serious

pytestmark = [pytest.mark.browser, pytest.mark.clause("CM-55")]

SOON_MS = 10_000


def test_who_is_away_is_so_in_every_tab_and_a_look_is_noted(visit: Visit) -> None:
    agent = visit("/desk/", "agent3")
    page = agent.page
    other = page.context.new_page()
    other.goto("/desk/callbacks/")
    page.locator("#presence > summary").click()
    assert serious(page) == []
    page.locator("#presence [value=away]").click()
    expect(page.locator("#presence.is-away > summary")).to_be_focused(timeout=SOON_MS)
    expect(other.locator("#presence.is-away")).to_be_visible(timeout=SOON_MS)
    with page.expect_response(lambda it: it.url.endswith("/opened/")) as noted:
        page.locator("#rows a[data-open]").first.click()
    assert noted.value.status == 204
    assert agent.problems == []
