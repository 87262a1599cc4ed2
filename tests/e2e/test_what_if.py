"""A manager asks what a shorter limit would have come to, and makes it the promise."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Visit
from tests.e2e.test_every_page import SCREENS, look, overflows, serious

pytestmark = pytest.mark.browser

PAGE = "/supervision/what-if/"
# No other test looks at this promise, of which the demo has cases.
RULE = "OB_LEGAL_OUTER"
REFUSED = "422"


def test_a_what_if_goes_by_a_draft_to_the_version_in_force(visit: Visit) -> None:
    watched = visit(PAGE, "manager")
    page = watched.page
    assert serious(page) == []
    page.locator("#id_rule").select_option(f"standard.{RULE}")
    page.locator("#id_amount").fill("0")
    page.locator("#run").click()
    expect(page.locator("#id_amount_error")).to_be_visible()
    page.locator("#id_amount").fill("29")
    page.locator("#run").click()
    expect(page.locator("#figures")).to_be_visible()
    for width, dark in SCREENS.values():
        look(page, width=width, dark=dark)
        assert serious(page) == []
        assert not overflows(page)
    # The address alone gives the same figures again.
    address = page.url
    figures = page.locator("#figures").inner_text()
    page.goto(address)
    assert page.locator("#figures").inner_text() == figures

    query = page.locator("input[name=asked]").input_value()
    page.locator("#make-draft").click()
    rule = page.locator(f"#rule-{RULE}")
    expect(rule).to_contain_text("29 天")
    page.locator(f"#rule-{RULE} a.btn").click()
    page.locator("#shadow").click()
    page.locator("#switch-on").click()
    expect(page.locator(".version-state")).to_contain_text("观察中")
    for dark in (False, True):
        look(page, width=1440, dark=dark)
        assert serious(page) == []
    shadow = page.url
    page.locator(".version-facts a").click()
    page.locator("#preview").click()
    expect(page.locator(".diff")).to_have_count(1)
    expect(page.locator("#id_note")).to_have_value(f"{PAGE}?{query}")
    page.locator("#publish").click()
    expect(page.locator("h1")).to_contain_text("生效中")
    expect(rule).to_contain_text("29 天")
    # With its draft the rule leaves the shadow, and the next question begins there.
    page.goto(shadow)
    expect(page.locator(".version-state")).to_contain_text("草稿已发布")
    page.goto(address)
    expect(page.locator("#make-draft")).to_have_count(0)
    assert [text for text in watched.problems if REFUSED not in text] == []
