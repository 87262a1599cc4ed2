"""A customer confirms a phone by a code, where short messages can be sent."""

import http.server
import json
import logging
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from customers import codes
from customers.models import PhoneCode
from helpdesk.settings import webhook_url
from helpdesk.tasks import forget_codes, send_codes
from objections import services
from objections.models import Objection
from tests.factories import UserFactory
from tests.portal.test_objection_filing import FORM, fill

pytestmark = pytest.mark.django_db


@dataclass
class Provider:
    """What arrived at the company's sender of short messages, and its answer."""

    status: int = 202
    got: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)

    @property
    def digits(self) -> str:
        found = re.search(r"[0-9]{6}", self.got[-1]["text"])
        assert found
        return found[0]


@pytest.fixture
def provider(settings: Settings) -> Iterator[Provider]:
    it = Provider()

    class Post(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            it.got.append(json.loads(self.rfile.read(length)))
            it.keys.append(self.headers["Authorization"])
            self.send_response(it.status)
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Post)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    settings.SMS_GATEWAY = "customers.sms.Webhook"
    settings.SMS_WEBHOOK_URL = f"http://127.0.0.1:{server.server_port}/send?v=1"
    settings.SMS_WEBHOOK_TOKEN = "secret"
    yield it
    server.shutdown()
    server.server_close()


def filed(customer: Client, **changes: Any) -> Objection:
    assert customer.post(FORM, fill(**changes)).status_code == 303
    return Objection.objects.latest("pk")


def confirm(customer: Client, objection: Objection, code: str) -> Any:
    return customer.post(f"/objections/{objection.number}/phone/", {"code": code})


def send_again(customer: Client, objection: Objection) -> Any:
    return customer.post(f"/objections/{objection.number}/phone/send/")


def is_confirmed(objection: Objection) -> bool:
    objection.refresh_from_db()
    return objection.phone_confirmed_at is not None


def test_a_phone_is_confirmed_by_the_digits_that_came_to_it(
    customer: Client, provider: Provider
) -> None:
    objection = filed(customer)
    path = f"/objections/{objection.number}/"
    assert "Confirm your phone" in customer.get(path).content.decode()
    case = customer.get(f"/follow/{objection.number}/").content.decode()
    assert f'href="{path}#phone"' in case
    assert "sender of short messages" in customer.get("/privacy/").content.decode()
    assert provider.got == []  # the page of the filing waits for nobody
    assert "on its way" in confirm(customer, objection, "123456").content.decode()
    assert (send_codes(), send_codes()) == (1, 0)
    (message,) = provider.got
    assert message["to"] == "+8613800138000"
    assert "good for 10 minutes" in message["text"]
    assert provider.keys == ["Bearer secret"]
    code = PhoneCode.objects.get()
    assert provider.digits not in f"{code.hash}{code.phone_index}"
    for typed in ("", "000000" if provider.digits != "000000" else "1", "abc"):
        wrong = confirm(customer, objection, typed)
        assert wrong.status_code == 422
        assert "not the six digits" in wrong.content.decode()
    assert not is_confirmed(objection)
    assert confirm(Client(), objection, provider.digits).status_code == 404
    digits = provider.digits
    right = confirm(customer, objection, f" {digits[:3]} {digits[3:]}")
    assert right["Location"] == f"{path}#phone"
    assert is_confirmed(objection)
    assert "is confirmed" in customer.get(path).content.decode()
    assert objection.events.filter(verb="phone_confirmed").count() == 1
    # A second click changes nothing, and no more codes go out.
    assert confirm(customer, objection, digits).status_code == 303
    assert send_again(customer, objection).status_code == 303
    assert objection.events.filter(verb="phone_confirmed").count() == 1
    assert PhoneCode.objects.count() == 1
    # Another number is not the one that was confirmed.
    services.correct(
        objection,
        changes={},
        phone="13900139000",
        by=UserFactory.create(),
        at=timezone.now(),
    )
    assert not is_confirmed(objection)


def test_a_code_ends_after_five_tries_ten_minutes_or_a_newer_one(
    customer: Client, provider: Provider
) -> None:
    objection, now = filed(customer), timezone.now()
    send_codes()
    wrong = f"{(int(provider.digits) + 1) % 10**6:06}"
    for _ in range(codes.TRIES):
        assert "not the six" in confirm(customer, objection, wrong).content.decode()
    over = confirm(customer, objection, provider.digits)
    assert "This code has ended" in over.content.decode()
    assert not is_confirmed(objection)
    soon = send_again(customer, objection)
    assert "wait a minute" in soon.content.decode()
    PhoneCode.objects.update(ordered_at=now - timedelta(minutes=2))
    first = provider.digits
    assert send_again(customer, objection).status_code == 303
    send_codes()
    PhoneCode.objects.filter(tries=0).update(ordered_at=now - codes.GOOD_FOR)
    late = confirm(customer, objection, provider.digits)
    assert "This code has ended" in late.content.decode()
    PhoneCode.objects.filter(tries=0).update(ordered_at=now)
    if first != provider.digits:
        assert confirm(customer, objection, first).status_code == 422
    assert confirm(customer, objection, provider.digits).status_code == 303
    assert is_confirmed(objection)
    assert forget_codes() == 0
    PhoneCode.objects.update(ordered_at=now - timedelta(days=2))
    assert forget_codes() == 2


def test_one_number_has_five_codes_a_day_whoever_asks(
    customer: Client, provider: Provider
) -> None:
    now = timezone.now()
    objection = filed(customer)
    for minutes in range(2, 6):
        codes.order(objection.customer, at=now + timedelta(minutes=minutes))
    PhoneCode.objects.update(ordered_at=now - timedelta(hours=2))
    namesake = filed(customer, surname="李")
    assert namesake.customer != objection.customer
    assert PhoneCode.objects.count() == codes.OF_A_DAY
    answer = send_again(customer, namesake)
    assert answer.status_code == 422
    assert "try tomorrow" in answer.content.decode()
    # One address has ten codes an hour sent, to whatever numbers.
    while (answer := send_again(customer, namesake)).status_code == 422:
        pass
    assert answer.status_code == 429


def test_a_gateway_that_refuses_loses_nothing_and_logs_no_number(
    customer: Client, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    provider.status = 500
    objection = filed(customer)
    with caplog.at_level(logging.WARNING):
        assert send_codes() == 0
    assert "a code was not sent: 500" in caplog.text
    assert "138001" not in caplog.text
    page = customer.get(f"/objections/{objection.number}/").content.decode()
    assert "could not be sent" in page
    assert confirm(customer, objection, provider.digits).status_code == 422
    assert send_codes() == 0  # it may have gone out: it is not sent again
    assert len(provider.got) == 1


def test_without_a_gateway_nothing_is_asked_and_the_number_is_not_confirmed(
    customer: Client, client: Client
) -> None:
    objection = filed(customer)
    page = customer.get(f"/objections/{objection.number}/").content.decode()
    assert "Confirm your phone" not in page
    assert "is not confirmed" in page
    assert send_again(customer, objection).status_code == 303
    assert not PhoneCode.objects.exists()
    client.force_login(UserFactory.create())
    desk = f"/desk/objections/{objection.number}/"
    english = {"accept-language": "en"}
    assert "… 8000, not confirmed" in client.get(desk, headers=english).content.decode()
    Objection.objects.update(phone_confirmed_at=timezone.now())
    shown = client.get(desk, headers=english).content.decode()
    assert "… 8000, confirmed by code" in shown


def test_numbers_go_to_no_address_without_encryption() -> None:
    for url in ("", "https://sms.example.com/send", "http://127.0.0.1:9/x"):
        assert webhook_url(url) == url
    for url in ("http://sms.example.com/", "sms.example.com", "https://"):
        with pytest.raises(ImproperlyConfigured, match="HTTPS"):
            webhook_url(url)
