"""How many statements each page and each list of the API asks the database.

A page that asks once for each of its rows is quick on a small desk and slow on a full
one; here it is found on the day it is written.
"""

from collections.abc import Iterator
from http import HTTPStatus

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from catalog.models import Device
from inquiries.links import thread_path
from inquiries.models import Inquiry
from objections.models import Objection
from staff.models import User
from staff.services import make_api_token
from tests.factories import InquiryFactory

pytestmark = pytest.mark.django_db

# Pages of others' making, streams, and what answers with a program.
ELSEWHERE = ("admin/", "accounts/", "live/", "language/")
READERS = ("agent3", "technical_support", "supervisor", "manager", "admin")
MORE = 12
# What each asks; one that is not named here fails.
PINNED = {
    "/metrics": 13,
    "/desk/": 7,
    "/desk/receive/": 5,
    "/desk/list/": 6,
    "/desk/views/": 5,
    "/desk/callbacks/": 4,
    "/desk/callbacks/list/": 3,
    "/desk/follow-ups/": 5,
    "/desk/follow-ups/list/": 4,
    "/desk/notices/": 4,
    "/desk/notices/count/": 4,
    "/desk/notices/outstanding/": 3,
    "/desk/presence/": 2,
    "/desk/shifts/": 5,
    "/desk/objections/file/": 8,
    "/desk/handovers/": 9,
    "/desk/contract-requests/": 7,
    "/desk/repairs/": 9,
    "/supervision/": 31,
    "/supervision/tv/": 27,
    "/supervision/digests/": 7,
    "/supervision/goals/": 6,
    "/supervision/policy/": 10,
    "/supervision/calendars/": 14,
    "/supervision/calendars/add-year/": 6,
    "/supervision/channels/": 15,
    "/supervision/channels/places/new/": 5,
    "/supervision/stores/new/": 4,
    "/supervision/objections/": 13,
    "/supervision/objections/export/": 10,
    "/supervision/dashboard/": 30,
    "/supervision/dashboard/cases/": 19,
    "/supervision/dashboard/objections/": 15,
    "/supervision/records/objections/": 5,
    "/supervision/records/": 13,
    "/supervision/ledger/": 8,
    "/supervision/ledger/export/": 6,
    "/supervision/exports/": 11,
    "/supervision/exports/files/": 6,
    "/supervision/reports/": 6,
    "/supervision/prevention/": 7,
    "/supervision/prevention/new/": 7,
    "/supervision/what-if/": 7,
    "/supervision/quarantine/": 13,
    "/api/": 0,
    "/api/schema/": 0,
    "/api/v1/tickets/": 2,
    "/api/v1/clocks/": 2,
    "/api/v1/presence/": 1,
    "/api/v1/policies/": 11,
    "/api/v1/preventive-actions/": 2,
    "/": 2,
    "/ask/": 1,
    "/devices/": 3,
    "/prices/": 2,
    "/compare/": 0,
    "/privacy/": 0,
    "/channels/": 4,
    "/channels/embed/": 4,
    "/channels/menu.txt": 4,
    "/objections/new/": 2,
    "/follow/": 0,
    "a conversation": 17,
    "its clocks": 6,
    "an objection": 37,
    "a customer's thread": 9,
    "a device": 3,
}
# Some ask a little more at some hours, as while a shift ends; none for each row.
BY_THE_HOUR = 2


def addresses(at: URLResolver | None = None, so_far: str = "") -> Iterator[str]:
    """Every address of the product that has no argument."""
    for entry in (at or get_resolver()).url_patterns:
        path = so_far + str(entry.pattern)
        if "<" in path or path.startswith(ELSEWHERE):
            continue
        if isinstance(entry, URLPattern):
            yield f"/{path}"
        else:
            yield from addresses(entry, path)


def single_pages() -> dict[str, str]:
    """One page of each kind that has its number in its address."""
    inquiry = Inquiry.objects.latest("message_count", "pk")
    objection = Objection.objects.latest("message_count", "pk")
    device = Device.objects.earliest("code")
    return {
        "a conversation": f"/desk/inquiries/{inquiry.number}/",
        "its clocks": f"/desk/inquiries/{inquiry.number}/clocks/",
        "an objection": f"/desk/objections/{objection.number}/",
        "a customer's thread": thread_path(inquiry),
        "a device": f"/devices/{device.code}/",
    }


def visitors() -> list[Client]:
    """A customer, colleagues of each kind, and a program with a colleague's token."""
    found = [Client() for _ in range(len(READERS) + 2)]
    for client, name in zip(found[1:], READERS, strict=False):
        client.force_login(User.objects.get(username=name))
    token = make_api_token(User.objects.get(username=READERS[-1]), at=timezone.now())
    found[-1] = Client(headers={"Authorization": f"Token {token}"})
    return found


def opens(client: Client, path: str) -> bool:
    return client.get(path).status_code == HTTPStatus.OK


def statements(client: Client, path: str) -> int:
    """How many a page that was open before takes."""
    with CaptureQueriesContext(connection) as asked:
        client.get(path)
    return len(asked)


def test_no_page_asks_more_than_it_did_however_much_there_is() -> None:
    call_command("load_demo")
    everyone = visitors()
    pages = {path: path for path in addresses()} | single_pages()
    opened = {
        name: (client, path)
        for name, path in pages.items()
        for client in [next((it for it in everyone if opens(it, path)), None)]
        if client
    }
    InquiryFactory.create_batch(MORE)
    asked = {name: statements(*page) for name, page in opened.items()}
    assert asked.keys() == PINNED.keys()
    most = {name: count + BY_THE_HOUR for name, count in PINNED.items()}
    assert {it for it in asked if asked[it] > most[it]} == set()
