"""The order beside an objection: what is shown, to whom, and what becomes evidence."""

import re
import time
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from helpdesk.desk.order_card import changes
from objections import services
from objections.models import Evidence, Objection
from orders.models import Order
from staff.models import User
from tests.desk.test_objection_investigation import investigated_by
from tests.desk.test_objection_page import ENGLISH, where
from tests.factories import AT, UserFactory
from tests.objections.cases import FEE, filed, handler_of
from tests.orders.files import brought, example

pytestmark = pytest.mark.django_db

ORDER, PHONE = "ZL20261120031", "13300133000"
BROKEN = "tests.orders.test_looking_up.Broken"
# Session and person, objection with clocks, departments, demands; the order in nine,
# terms and prices in three, what is on record; the session once more.
CARD_QUERIES = 19


@pytest.fixture
def handler() -> User:
    return handler_of("finance")


@pytest.fixture
def theirs(handler: User) -> Client:
    client = Client()
    client.force_login(handler)
    return client


def card(client: Client, objection: Objection, **headers: str) -> str:
    """The card alone, in English."""
    asked = {**ENGLISH, "HX-Request": "true", **headers}
    answer = client.get(where(objection, "order/"), headers=asked)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def keep(client: Client, objection: Objection, part: str) -> Any:
    asked = {**ENGLISH, "HX-Request": "true"}
    path = where(objection, "order/keep/")
    return client.post(path, {"part": part}, headers=asked)


@pytest.mark.clause("OB-15", "OB-17", "OB-18", "OB-25", "OB-26", "OB-27", "OB-29")
def test_the_card_shows_what_is_known_and_where_it_does_not_agree(
    theirs: Client, handler: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    brought(*example())
    objection = investigated_by(handler, order_number=ORDER, phone=PHONE)
    # The page itself never asks: the card fills its place afterwards.
    page = theirs.get(where(objection, "context/"), headers=ENGLISH).content.decode()
    assert f'hx-get="{where(objection, "order/")}" hx-trigger="load"' in page
    assert "HT20261120031" not in page
    shown = card(theirs, objection)
    for words in (
        "Given back",
        "+¥60.00",
        "not reckoned",
        "the lease has 9 days; another number was billed",
        "no consent on record",
        "第4条 上门服务费每次5200元，由客户承担。",
        'Still held</dt><dd class="digits"><strong>¥6100.00',
        "Special VAT invoice",
        "50 minutes late",
        "condition confirmed",
        "customer did not sign",
        "XA60-0117",
        "PS20261120-3",
    ):
        assert words in shown, words
    assert "belongs to another phone" not in shown
    assert PHONE not in shown
    with django_assert_num_queries(CARD_QUERIES):
        card(theirs, objection)
    alone = theirs.get(where(objection, "order/"), headers=ENGLISH)
    assert "<html" in alone.content.decode()
    assert "50 minutes late" in " ".join(alone.content.decode().split())


@pytest.mark.clause("OB-47", "OB-48")
def test_one_button_puts_a_frozen_copy_on_record_once(
    theirs: Client, handler: User
) -> None:
    brought(*example())
    objection = investigated_by(handler, order_number=ORDER, phone=PHONE)
    buttons = re.findall(r'name="part" value="(\w+)"', card(theirs, objection))
    assert sorted(buttons) == sorted(
        [
            *("order", "contracts", "prompt", "consent", "payments", "invoices"),
            *("stock_outs", "transports", "delivery", "return", "parts", "pickups"),
        ]
    )
    for part in [*buttons, *buttons]:
        answer = keep(theirs, objection, part)
        assert (answer.status_code, answer["HX-Trigger"]) == (200, "desk:acted")
    kinds = objection.evidence.values_list("kind__code", flat=True)
    assert sorted(kinds) == sorted(
        [
            *("order_detail", "contract_terms", "clause_prompt_proof"),
            *("change_notice_and_consent", "payment_record", "invoice_record"),
            *("stock_out_record", "transport_record", "parts_list"),
            *("delivery_condition_checklist", "return_condition_checklist"),
            "pickup_appointment_log",
        ]
    )
    assert 'name="part"' not in card(theirs, objection)
    piece = objection.evidence.get(kind__code="payment_record")
    assert piece.source == "订单 ZL20261120031，数据截至 2026-11-23 10:00"
    assert piece.added_by == handler
    assert "流水号：KK20261129-011；类型：押金扣除；金额：¥5200.00" in piece.text
    # What is found otherwise later is another piece; the first one stays.
    order = Order.objects.get(number=ORDER)
    order.payments.filter(reference="KK20261129-011").update(amount=1)
    keep(theirs, objection, "payments")
    assert objection.evidence.filter(kind__code="payment_record").count() == 2


def test_a_failed_look_up_says_so_and_puts_nothing_on_record(
    theirs: Client, handler: User, settings: Any
) -> None:
    brought(*example())
    objection = investigated_by(handler, order_number=ORDER, phone=PHONE)
    nothing = investigated_by(
        handler, order_number="ZL0", phone=PHONE, more={"order_confirmed": True}
    )
    assert "Nothing is found" in card(theirs, nothing)
    for part in ("order", "x", ""):
        assert keep(theirs, nothing, part).status_code == 409
    for part in ("x", "", "order\0"):
        answer = keep(theirs, objection, part)
        assert answer.status_code == 422
        assert "says nothing of this" in answer.content.decode()
    settings.ORDER_SOURCE = BROKEN
    shown = card(theirs, objection)
    assert "The look-up failed." in shown
    assert "Try again" in shown
    answer = keep(theirs, objection, "order")
    assert answer.status_code == 409
    assert "nothing was put on record" in answer.content.decode()
    page = theirs.get(where(objection, "context/"))
    assert page.status_code == 200
    assert not Evidence.objects.exists()


def test_somebody_elses_order_is_shown_to_no_department(
    theirs: Client, handler: User, desk: Client
) -> None:
    brought(*example())
    objection = investigated_by(
        handler, order_number=ORDER, more={"order_confirmed": True}
    )
    shown = card(theirs, objection)
    assert "belongs to another phone number" in shown
    assert "KK20261129-011" not in shown
    assert keep(theirs, objection, "order").status_code == 403
    # Customer service finds out whose it is.
    shown = card(desk, objection)
    assert "ends in 3000" in shown
    assert "KK20261129-011" in shown
    stranger = Client()
    stranger.force_login(handler_of("technical_support"))
    assert stranger.get(where(objection, "order/")).status_code == 404
    assert keep(stranger, objection, "order").status_code == 404
    assert not Evidence.objects.exists()


@pytest.mark.clause("OB-07")
def test_before_the_investigation_and_for_who_is_named_there_are_no_buttons(
    desk: Client,
) -> None:
    brought(*example())
    objection = filed(FEE, at=timezone.now(), order_number=ORDER, phone=PHONE)
    shown = card(desk, objection)
    assert "50 minutes late" in shown
    assert 'name="part"' not in shown
    assert keep(desk, objection, "order").status_code == 409
    unnamed = filed(FEE, by=UserFactory.create(), at=AT, order_number="")
    assert "names no order" in card(desk, unnamed)
    agent = UserFactory.create()
    services.acknowledge(objection, by=agent, at=timezone.now())
    assert not Evidence.objects.exists()


def test_two_versions_of_which_every_line_differs_are_compared_at_once() -> None:
    old = [f"第{n}条 承租方应按约定付款，逾期另行计费" for n in range(900)]
    new = [f"第{n}条 承租方须按约定付款，逾期另行计费" for n in range(900)]
    begun = time.process_time()
    told = list(changes("\n".join(["甲", *old, "乙"]), "\n".join(["甲", *new])))
    assert time.process_time() - begun < 5
    assert told[:2] == [("-", old[0]), ("+", new[0])]
    assert told[-1] == ("-", "乙")
    assert len(told) == 1801
