"""What a stranger does on the portal."""

from playwright.sync_api import Page, expect


def ask(page: Page, *, surname: str, text: str, topic: str = "rental_price") -> str:
    """Fill the form of `/ask/` and send it; the number of the inquiry."""
    page.goto("/ask/")
    page.locator(f"label[for=topic-{topic}]").click()
    page.locator("textarea[name=text]").fill(text)
    page.locator("input[name=surname]").fill(surname)
    page.locator("form#ask button[type=submit]").click()
    expect(page.locator("#thread")).to_contain_text(text)
    return page.locator(".thread-head .number").inner_text()
