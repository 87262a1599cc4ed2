"""What is known of an order: from the tables, or from another system that may fail."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.test import override_settings
from pytest_django import DjangoAssertNumQueries

from customers.encryption import blind_index
from orders.checks import the_source_can_be_asked
from orders.copies import PARTS, copy_of, source_of
from orders.documents import OrderRead
from orders.facts import BadFacts, LookupFailed, OrderFacts, OrderNotFound, read
from orders.models import Order
from orders.recalculation import recalculate
from orders.services import look_up
from tests.factories import AT
from tests.instants import local
from tests.orders.files import brought, example, file, order

LATE, TRUE_TO_LIST, NOT_LISTED = "ZL20261120031", "ZL20261128017", "ZL20261127009"
MINE, OTHERS = "+8613300133000", "+8613912345678"
OVER_HTTP = "orders.sources_http.OrdersOverHttp"


@pytest.mark.django_db
@pytest.mark.clause("OB-17", "OB-26", "OB-47", "OB-48")
def test_an_order_is_found_whole_by_its_number_its_contract_or_a_device(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    brought(*example())
    with django_assert_num_queries(9):
        facts = look_up.find(LATE)
    assert (facts.status, facts.customer_tail, facts.known_at) == (
        "returned",
        "3000",
        AT,
    )
    assert (facts.billed, facts.paid, facts.invoiced) == (
        Decimal("8860.00"),
        Decimal("3660.00"),
        Decimal("3660.00"),
    )
    deposit = facts.deposit
    assert (deposit.received, deposit.deducted, deposit.refunded, deposit.held) == (
        *(Decimal("11300.00"), Decimal("5200.00")),
        *(Decimal(0), Decimal("6100.00")),
    )
    assert [it.version for it in facts.contracts] == [1, 2]
    assert facts.pickups[0].minutes_late == 50
    assert [it.serial_number for it in facts.stock_outs][-1] == "ATEM-0031"

    assert look_up.find_for(contract_number="HT20261120031") == facts
    assert look_up.find_for(serial_number="XA60-0122") == facts
    for names in (
        {},
        {"order_number": "ZL0"},
        {"order_number": "ZL\0"},
        {"contract_number": "HT0", "serial_number": "XA60-0122"},
    ):
        with pytest.raises(OrderNotFound):
            look_up.find_for(**names)


@pytest.mark.django_db
@pytest.mark.clause("OB-15")
def test_rents_are_reckoned_anew_where_the_price_list_knows_the_device() -> None:
    brought(*example())
    found = recalculate(look_up.find(LATE))
    assert [(it.expected, it.why, it.difference) for it in found.lines] == [
        (Decimal("2700.00"), None, Decimal("0.00")),
        (Decimal("900.00"), None, Decimal("60.00")),
        (None, "no_rent", None),
    ]
    assert (found.difference, found.days, found.wrong_days) == (
        Decimal("60.00"),
        9,
        True,
    )
    true = recalculate(look_up.find(TRUE_TO_LIST))
    assert (true.difference, true.days, true.wrong_days) == (Decimal("0.00"), 7, False)
    unknown = recalculate(look_up.find(NOT_LISTED))
    assert [it.why for it in unknown.lines] == ["not_in_list", "no_rent"]
    assert not unknown.reckons_any

    line = {"order_number": "ORD-1", "position": 1, "device_model": "cam-06"}
    brought(
        order(),
        file("order_lines", {**line, "quantity": 2, "unit_price": "810", "days": "", "amount": "1700"}),
    )  # fmt: skip
    (row,) = recalculate(look_up.find("ORD-1")).lines
    assert (row.why, row.adds_up) == ("no_days", False)


@pytest.mark.django_db
def test_a_copy_says_the_same_whoever_reads_and_nothing_of_what_is_not_there() -> None:
    brought(*example())
    facts = look_up.find(TRUE_TO_LIST)
    with override_settings(LANGUAGE_CODE="zh-hans"):
        copies = {part: copy_of(facts, part) for part in PARTS}
    assert {part for part, text in copies.items() if not text} == {
        *("consent", "invoices", "return", "pickups"),
    }
    assert "FX3-2087" in copies["stock_outs"]
    assert "2026-11-27 17:05" in copies["stock_outs"]
    assert "¥2874.00" in copies["order"]
    assert source_of(facts).count("2026-11-23 10:00") == 1


class Answering(BaseHTTPRequestHandler):
    """Another system: what it says is what the test put on its server."""

    def do_GET(self) -> None:
        server: Any = self.server
        server.asked.append((self.path, self.headers.get("Authorization")))
        status, body = server.says
        if status == "hangs":
            server.over.wait(5)
            return
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "http://127.0.0.1:1/")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: Any) -> None:
        """Say nothing."""


@contextmanager
def other_system() -> Iterator[Any]:
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    server.says, server.asked, server.over = (404, b""), [], threading.Event()
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.django_db
def test_another_system_is_asked_and_a_failure_is_never_an_answer(
    settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    brought(*example())
    facts = look_up.find(LATE)
    document = json.loads(json.dumps(OrderRead(facts).data))
    document["customer_phone"] = "133 0013 3000"
    whole = json.dumps(document).encode()
    with other_system() as server:
        settings.ORDER_SOURCE = OVER_HTTP
        settings.ORDER_SOURCE_URL = f"http://127.0.0.1:{server.server_port}/orders/"
        settings.ORDER_SOURCE_TOKEN = "abc"
        settings.ORDER_SOURCE_TIMEOUT = 0.2
        assert the_source_can_be_asked() == []
        server.says = (200, whole)
        assert look_up.find(LATE) == facts
        assert server.asked == [(f"/orders/{LATE}/", "Bearer abc")]
        assert not look_up.is_of_another(LATE, phone=MINE)
        assert look_up.is_of_another(LATE, phone=OTHERS)

        server.says = (200, b'{"numbers": ["A/B"]}')
        with pytest.raises(LookupFailed):  # what is then found is no order
            look_up.find_for(contract_number="C 1")
        assert [path for path, _token in server.asked[-2:]] == [
            "/orders/?contract=C+1",
            "/orders/A%2FB/",
        ]

        server.says = (404, b"")
        with pytest.raises(OrderNotFound):
            look_up.find(LATE)
        assert look_up.is_of_another(LATE, phone=MINE)
        for says in (
            ("hangs", b""),
            (500, b""),
            (302, b""),
            (200, b"<html>"),
            (200, b"[]"),
            (200, b"{}"),
            (200, whole.replace(LATE.encode(), b"ZL1")),
            (200, whole.replace(b'"11300.00"', b"11300.0")),
            (200, whole.replace(b'"11300.00"', b'"NaN"')),
            (200, whole.replace(b"+08:00", b"").replace(b"Z", b"")),
        ):
            server.says = says
            with pytest.raises(LookupFailed):
                look_up.find(LATE)
            # Who files an objection meanwhile is not doubted.
            assert not look_up.is_of_another(LATE, phone=OTHERS)
    with pytest.raises(LookupFailed):
        look_up.find(LATE)  # nobody is there


class Broken:
    """A source that its maker got wrong."""

    def find(self, order_number: str) -> OrderFacts:
        raise KeyError(order_number)

    def numbers(self, **_names: str) -> list[str]:
        return []

    def belongs(self, order_number: str, *, customer_index: str) -> bool | None:
        raise KeyError(order_number)


def test_a_broken_source_is_a_failed_look_up_and_no_source_stops_the_start(
    settings: Any,
) -> None:
    settings.ORDER_SOURCE = f"{__name__}.Broken"
    assert the_source_can_be_asked() == []
    with pytest.raises(LookupFailed):
        look_up.find("ZL1")
    for name in ("orders.sources.Nobody", "orders", "decimal.Decimal", OVER_HTTP):
        settings.ORDER_SOURCE = name
        assert [it.id for it in the_source_can_be_asked()] == ["orders.E001"], name


@pytest.mark.django_db
def test_whose_order_it_is_tells_a_stranger_nothing(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    brought_none = look_up.is_of_another("ZL1", phone=MINE)
    brought(*example(), order(number="NOBODYS", customer_phone=""))
    Order.objects.filter(number=LATE).update(phone_index=blind_index(MINE))
    assert [
        brought_none,
        *(look_up.is_of_another(it, phone=MINE) for it in (LATE, "ZL1", "NOBODYS")),
        look_up.is_of_another(LATE, phone=OTHERS),
    ] == [False, False, True, True, True]
    # Nor does the time that it takes: as many queries, whatever the answer.
    for number in (LATE, "ZL1"):
        with django_assert_num_queries(2):
            assert look_up.is_of_another(number, phone=OTHERS)


@pytest.mark.parametrize(
    "changes",
    [
        {"placed_at": "2026-11-18"},
        {"placed_at": 5},
        {"number": None},
        {"lines": {}},
        {"lines": [5]},
        {"lines": [{"position": "1", "unit_price": "1", "amount": "1"}]},
        {"payments": [{"kind": "rent"}]},
        {"status": "a\x07"},
    ],
)
def test_a_document_that_does_not_say_what_it_should_is_refused(
    changes: dict[str, Any],
) -> None:
    moment = local("2026-11-18T10:00:00").isoformat()
    whole = {"number": "A", "status": "placed", "placed_at": moment, "known_at": moment}
    assert read(OrderFacts, {**whole, "more": 1}).number == "A"
    with pytest.raises(BadFacts):
        read(OrderFacts, {**whole, **changes})
