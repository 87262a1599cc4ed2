"""What every page tells the browser: trust nothing that is not ours."""

import pytest
from django.test import Client

from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

PUBLIC = ["/", "/ask/", "/privacy/", "/accounts/login/", "/sign-in/x/", "/nowhere/"]
STAFF = ["/desk/", "/accounts/2fa/", "/accounts/password/set/"]


def check(answer: object) -> None:
    headers = answer.headers  # type: ignore[attr-defined]
    policy = headers["Content-Security-Policy"]
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert directives["default-src"] == "'none'"
    assert directives["frame-ancestors"] == "'none'"
    assert directives["base-uri"] == "'none'"
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "*" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("url", PUBLIC)
def test_public_pages_and_errors_carry_the_strict_policy(
    client: Client, url: str
) -> None:
    check(client.get(url))


@pytest.mark.parametrize("url", STAFF)
def test_staff_pages_carry_the_strict_policy(client: Client, url: str) -> None:
    client.force_login(UserFactory.create())
    answer = client.get(url, follow=True)
    assert answer.status_code == 200
    check(answer)


def test_the_api_and_its_page_carry_the_strict_policy(client: Client) -> None:
    for url in ("/api/", "/api/schema/", "/api/v1/tickets/", "/healthz"):
        check(client.get(url))


@pytest.mark.parametrize(
    ("language", "word"), [("en", "Staff sign-in"), ("zh-hans", "员工登录")]
)
def test_the_language_is_switched_by_post_and_kept(
    client: Client, language: str, word: str
) -> None:
    answer = client.post(
        "/language/setlang/", {"language": language, "next": "/accounts/login/"}
    )
    assert answer["Location"] == "/accounts/login/"
    for _ in range(2):
        page = client.get("/accounts/login/", headers={"Accept-Language": "fr"})
        assert word in page.content.decode()


def test_a_get_does_not_switch_the_language_nor_lead_away(client: Client) -> None:
    client.get("/language/setlang/", {"language": "en", "next": "/accounts/login/"})
    assert "员工登录" in client.get("/accounts/login/").content.decode()
    answer = client.post(
        "/language/setlang/", {"language": "en", "next": "https://evil.example/"}
    )
    assert "evil" not in answer["Location"]
