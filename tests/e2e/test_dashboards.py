"""From a bar of a chart to the ticket behind it, in a real browser."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.test_every_page import serious

pytestmark = pytest.mark.browser

DASHBOARD = "/supervision/dashboard/"
TRIES = 90
# Where the last bar of the first series is drawn on the page.
LAST_BAR = """() => {
    const box = document.querySelector("#trend [data-chart]");
    const chart = echarts.getInstanceByDom(box);
    const values = chart.getOption().series[0].data.map((it) => it.value);
    const place = values.findLastIndex((it) => it > 0);
    const [x, y] = chart.convertToPixel({ seriesIndex: 0 }, [place, values[place] / 2]);
    const { left, top } = box.getBoundingClientRect();
    return { x: left + x, y: top + y, missed: values[place] };
}"""


def reckoned(page: Page) -> None:
    """Wait until the job has counted a promise that the demo's customers missed."""
    for _try in range(TRIES):
        page.goto(DASHBOARD)
        if page.locator("#trend [data-chart] canvas").count():
            return
        page.wait_for_timeout(1000)
    pytest.fail("no figures are reckoned")


@pytest.mark.clause("OB-10", "CC-15")
def test_a_bar_leads_to_its_tickets(visit: Visit) -> None:
    watched = visit(DASHBOARD, "supervisor")
    page = watched.page
    reckoned(page)
    page.locator("#trend").scroll_into_view_if_needed()
    bar = page.evaluate(LAST_BAR)

    page.mouse.click(bar["x"], bar["y"])

    page.wait_for_url("**/supervision/records/?**")
    rows = page.locator(".records tbody tr")
    # The list is of now: what was missed since the chart was drawn is on it too.
    expect(rows.first).to_be_visible()
    assert rows.count() >= min(bar["missed"], 50)
    assert serious(page) == []
    first = rows.first.locator("a").first
    number = first.inner_text()
    first.click()
    page.wait_for_url(f"**/desk/**{number}**")
    assert watched.problems == []
