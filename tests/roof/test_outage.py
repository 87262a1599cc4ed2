"""A database that is away for a moment is said as such, on pages and in the API."""

from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.test import Client

from tests.factories import InquiryFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
@pytest.mark.parametrize("url", ["/", "/desk/", "/admin/", "/api/v1/tickets/"])
def test_without_a_database_every_door_is_503_with_a_time(
    url: str, error: type[Exception]
) -> None:
    def away(*_args: Any) -> None:
        raise error("the server closed the connection unexpectedly")

    client = Client(raise_request_exception=False)
    client.cookies["sessionid"] = "x" * 32
    headers = {"Authorization": "Token x"}
    with connection.execute_wrapper(away):
        answer = client.get(url, headers=headers)
    assert answer.status_code == 503
    assert answer["Retry-After"] == "5"
    assert "closed the connection" not in answer.content.decode()


def test_a_bug_stays_a_500_without_details(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: Any) -> None:
        raise ZeroDivisionError("secret detail")

    InquiryFactory.create()
    client = Client(raise_request_exception=False)
    with connection.execute_wrapper(broken):
        answer = client.get("/")
    assert answer.status_code == 500
    assert "secret detail" not in answer.content.decode()
