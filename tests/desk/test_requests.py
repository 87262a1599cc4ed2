"""The departments' lists, and the forms of a conversation that ask or explain."""

import re
import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from inquiries import services
from inquiries.models import (
    ClauseExplanation,
    ContractRequest,
    Inquiry,
    RepairRequest,
    ServiceFactsTold,
)
from staff.models import Department, Role, User
from tests.factories import InquiryFactory, UserFactory
from tests.finishing import finish
from tests.inquiries.requests import decided, fault, handler_of, talked, wish
from tests.inquiries.snapshot import everything

pytestmark = pytest.mark.django_db

CONTRACTS, REPAIRS = "/desk/contract-requests/", "/desk/repairs/"
ENGLISH = {"Accept-Language": "en"}
HTMX = {"HX-Request": "true", **ENGLISH}
OWN = {CONTRACTS: "contract_management", REPAIRS: "technical_support"}


@pytest.fixture
def talk(db: None) -> Inquiry:
    return talked(at=timezone.now())


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def post(client: Client, path: str, *, htmx: bool = True, **data: Any) -> HttpResponse:
    headers = HTMX if htmx else ENGLISH
    return client.post(path, data, headers=headers)  # type: ignore[return-value]


def numbers(client: Client, path: str, **query: str) -> list[str]:
    listing = client.get(path, query).context["listing"]
    return [card.request.number for card in listing.cards]


@pytest.mark.parametrize("path", [CONTRACTS, REPAIRS])
@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.AGENT, 404),
        (Role.SUPERVISOR, 200),
        (Role.MANAGER, 200),
        (Role.GENERAL_MANAGER, 200),
        (Role.ADMINISTRATOR, 200),
    ],
)
def test_the_lists_are_for_those_who_supervise(
    path: str, role: Role, status: int
) -> None:
    client = signed_in(UserFactory.create(role=role))
    assert client.get(path).status_code == status
    rail = client.get("/desk/").content.decode()
    assert (f'class="rail-item" href="{path}"' in rail) is (status == 200)


@pytest.mark.parametrize("path", [CONTRACTS, REPAIRS])
@pytest.mark.parametrize("department", [*OWN.values(), "finance"])
def test_and_for_the_department_that_is_asked(path: str, department: str) -> None:
    client = signed_in(handler_of(department))
    enters = department == OWN[path]
    assert client.get(path).status_code == (200 if enters else 404)
    rail = client.get("/desk/").content.decode()
    assert (f'class="rail-item" href="{path}"' in rail) is enters


def test_a_handler_sees_only_tickets_and_requests_of_the_own_department() -> None:
    contract, repair = wish(), fault()
    client = signed_in(handler_of("contract_management"))
    assert numbers(client, CONTRACTS) == [contract.number]
    assert client.get(f"/desk/inquiries/{contract.inquiry.number}/").status_code == 200
    assert client.get(f"/desk/inquiries/{repair.inquiry.number}/").status_code == 404
    assert post(client, f"{REPAIRS}{repair.number}/contact/").status_code == 404
    other = signed_in(handler_of("finance"))
    assert other.get(f"/desk/inquiries/{contract.inquiry.number}/").status_code == 404


def test_one_ticket_shows_each_department_its_own_requests_alone() -> None:
    inquiry = talked()
    wish(inquiry, wish="提前退租不扣费")
    fault(inquiry, fault="没有画面")
    path = f"/desk/inquiries/{inquiry.number}/context/"
    contracts = signed_in(handler_of("contract_management")).get(path).content.decode()
    repairs = signed_in(handler_of("technical_support")).get(path).content.decode()
    assert "提前退租不扣费" in contracts
    assert "asked-RP" not in contracts
    assert "没有画面" in repairs
    assert "asked-CR" not in repairs


def test_the_next_deadline_stands_first_and_what_is_over_elsewhere() -> None:
    now = timezone.now()
    calm = fault(talked(), at=now)
    pressing = fault(talked(), at=now - timedelta(minutes=90))
    client = signed_in(handler_of("technical_support"))
    assert numbers(client, REPAIRS) == [pressing.number, calm.number]
    technician = handler_of("technical_support")
    services.check_in_on_site(pressing, by=technician, at=now)
    services.finish_repair(
        pressing, result="换机", downtime_hours=Decimal(0), by=technician, at=now
    )
    assert numbers(client, REPAIRS) == [calm.number]
    assert numbers(client, REPAIRS, show="done") == [pressing.number]
    assert numbers(client, REPAIRS, show="nonsense") == [calm.number]


def test_the_list_shows_the_masked_customer_and_never_the_phone() -> None:
    wish()
    page = signed_in(handler_of("contract_management")).get(CONTRACTS, headers=ENGLISH)
    text = page.content.decode()
    assert "王 · ends in 8000" in text
    assert "13800138000" not in text
    assert 'data-state="' in text


@pytest.mark.parametrize(
    ("path", "says"),
    [(CONTRACTS, "No wishes to decide"), (REPAIRS, "Nothing is broken")],
)
def test_an_empty_list_says_what_would_stand_there(path: str, says: str) -> None:
    page = signed_in(handler_of(OWN[path])).get(path, headers=ENGLISH).content.decode()
    assert says in page
    done = signed_in(handler_of(OWN[path])).get(path, {"show": "done"}, headers=ENGLISH)
    assert "Nothing done yet" in done.content.decode()


@pytest.mark.parametrize("path", [CONTRACTS, REPAIRS])
@pytest.mark.parametrize("requests", [1, 6])
def test_the_list_costs_the_same_for_one_request_and_for_many(
    path: str, requests: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """Session, person, department, requests, clocks, who sees to it, how many."""
    for _ in range(requests):
        wish() if path == CONTRACTS else fault()
    client = signed_in(handler_of(OWN[path]))
    with django_assert_num_queries(7):
        assert len(client.get(path, headers=HTMX).context["listing"].cards) == requests


@pytest.mark.clause("IN-44", "IN-45")
def test_a_request_is_decided_and_told_from_the_list() -> None:
    request = wish()
    client = signed_in(handler_of("contract_management"))
    here = f"{CONTRACTS}{request.number}/"
    wrong = post(client, f"{here}decide/", decision="granted", text="")
    assert wrong.status_code == 422
    assert 'id="error-decide-text"' in wrong.content.decode()
    done = post(client, f"{here}decide/", decision="granted", text="可以。")
    assert (done.status_code, done["HX-Trigger"]) == (200, "requests:acted")
    assert f'id="tell-{request.number}"' in done.content.decode()
    for _click in range(2):
        assert post(client, f"{here}tell/").status_code == 200
    request.refresh_from_db()
    assert request.status == "told"
    assert request.inquiry.messages.filter(text__contains=request.number).count() == 1


def test_an_agent_tells_the_result_from_the_conversation() -> None:
    request = decided(wish())
    client = signed_in(UserFactory.create())
    inquiry = f"/desk/inquiries/{request.inquiry.number}/"
    assert f'id="tell-{request.number}"' in client.get(inquiry).content.decode()
    told = post(client, f"{CONTRACTS}{request.number}/tell/", back="inquiry")
    assert told.status_code == 200
    assert 'id="thread"' in told.content.decode()
    plain = post(
        client, f"{CONTRACTS}{request.number}/tell/", htmx=False, back="inquiry"
    )
    assert (plain.status_code, plain["Location"]) == (303, inquiry)


def test_an_agent_cannot_decide() -> None:
    request = wish()
    before = everything()
    client = signed_in(UserFactory.create())
    answer = post(
        client, f"{CONTRACTS}{request.number}/decide/", decision="granted", text="好"
    )
    assert answer.status_code in {403, 404}
    assert everything() == before


def test_a_request_that_could_not_be_forwarded_is_forwarded_by_a_supervisor() -> None:
    Department.objects.filter(code="contract_management").update(code="gone")
    request = wish()
    client = signed_in(UserFactory.create(role=Role.SUPERVISOR))
    page = client.get(CONTRACTS).content.decode()
    assert f'id="forward-{request.number}"' in page
    refused = post(client, f"{CONTRACTS}{request.number}/forward/")
    assert refused.status_code == 422
    assert 'id="requests-refusal"' in refused.content.decode()
    Department.objects.filter(code="gone").update(code="contract_management")
    assert post(client, f"{CONTRACTS}{request.number}/forward/").status_code == 200
    request.refresh_from_db()
    assert request.status == "forwarded"


@pytest.mark.clause("IN-49", "IN-50")
def test_a_fault_is_dealt_with_from_the_list() -> None:
    request = fault(urgency="urgent", urgency_reason="今晚开播")
    client = signed_in(handler_of("technical_support"))
    here = f"{REPAIRS}{request.number}/"
    assert post(client, f"{here}contact/", note="半小时到").status_code == 200
    assert post(client, f"{here}check-in/", place="演播室").status_code == 200
    wrong = post(client, f"{here}finish/", result="", downtime_hours="two")
    assert wrong.status_code == 422
    assert 'id="error-finish-downtime_hours"' in wrong.content.decode()
    done = post(
        client, f"{here}finish/", result="换机", downtime_hours="6", lease_days="7"
    )
    assert done.status_code == 200
    request.refresh_from_db()
    assert (request.status, str(request.compensation)) == ("finished", "28.93")
    page = client.get(REPAIRS, {"show": "done"}, headers=ENGLISH).content.decode()
    assert "rent reduced by ¥28.93" in page
    late = post(client, f"{here}contact/", note="再次")
    assert late.status_code == 409


FORMS = ["explain-clauses", "service-facts", "contract-request", "repair-request"]
KEYS = {"x", "i", "m", "f"}


def token_in(page: str) -> str:
    found = re.search(r'name="client_token" value="([0-9a-f-]{36})"', page)
    assert found
    return found[1]


@pytest.mark.parametrize("name", FORMS)
def test_each_form_comes_alone_for_its_popup_and_as_a_page(
    desk: Client, talk: Inquiry, name: str
) -> None:
    path = f"/desk/inquiries/{talk.number}/{name}/"
    alone = desk.get(path, headers=HTMX).content.decode()
    assert alone.strip().startswith("<form")
    assert token_in(alone)
    page = desk.get(path, headers=ENGLISH).content.decode()
    assert "<h1" in page
    assert f'action="{path}"' in page


def test_the_forms_have_a_button_a_popup_and_a_key(desk: Client, talk: Inquiry) -> None:
    page = desk.get(f"/desk/inquiries/{talk.number}/").content.decode()
    for name in FORMS:
        assert f'id="ask-{name}"' in page
        assert page.count(f'popovertarget="asking-{name}"') >= 2
    keys = re.findall(r'id="ask-[a-z-]+"[^>]*aria-keyshortcuts="(\w)"', page)
    assert set(keys) == KEYS


def test_before_the_greeting_only_a_fault_can_be_reported(desk: Client) -> None:
    inquiry = InquiryFactory.create(at=timezone.now())
    page = desk.get(f"/desk/inquiries/{inquiry.number}/").content.decode()
    assert re.findall(r'id="ask-([a-z-]+)"', page) == ["repair-request"]
    # The popups are there already: the greeting brings the buttons, not the page anew.
    assert re.findall(r'id="asking-([a-z-]+)" popover', page) == FORMS
    path = f"/desk/inquiries/{inquiry.number}/explain-clauses/"
    assert desk.get(path).status_code == 404


@pytest.mark.clause("IN-41", "IN-42", "IN-43")
def test_clauses_are_explained_and_understanding_is_noted(
    desk: Client, talk: Inquiry
) -> None:
    path = f"/desk/inquiries/{talk.number}/"
    form = desk.get(f"{path}explain-clauses/", headers=HTMX).content.decode()
    assert "270.00 refunded" in form
    given = {
        "clause_term": "not_asked",
        "clause_damage": "explained",
        "clause_early_return": "not_asked",
        "examples": ["damage_lost", "term_week"],
        "understood": "",
        "client_token": token_in(form),
    }
    for _click in range(2):
        sent = post(desk, f"{path}explain-clauses/", **given)
        assert sent.status_code == 200
        assert sent["HX-Trigger"] == "desk:acted"
    explanation = ClauseExplanation.objects.get()
    assert explanation.examples == ["damage_lost"]
    context = desk.get(f"{path}context/", headers=ENGLISH).content.decode()
    assert 'id="understood-yes"' in context
    assert post(desk, f"{path}understood/", understood="yes").status_code == 200
    context = desk.get(f"{path}context/", headers=ENGLISH).content.decode()
    assert "The customer has understood" in context


def test_a_form_that_lacks_something_says_so_beside_the_field(
    desk: Client, talk: Inquiry
) -> None:
    path = f"/desk/inquiries/{talk.number}/"
    before = everything()
    refused = post(desk, f"{path}explain-clauses/", clause_term="explained")
    assert (refused.status_code, refused["HX-Reswap"]) == (422, "none")
    assert "(IN-41)" in refused.content.decode()
    plain = post(
        desk, f"{path}contract-request/", htmx=False, clause="term", reason="因"
    )
    assert plain.status_code == 422
    assert "因</textarea>" in plain.content.decode()
    assert "Please write something first." in plain.content.decode()
    assert everything() == before


@pytest.mark.clause("IN-46", "IN-51")
def test_facts_wish_and_fault_are_sent_from_the_conversation(
    desk: Client, talk: Inquiry
) -> None:
    path = f"/desk/inquiries/{talk.number}/"
    token = str(uuid.uuid4())
    for _click in range(2):
        for name, given in {
            "service-facts": {"zone": "same_city", "devices": ["CAM-06"]},
            "contract-request": {"clause": "term", "wish": "按小时租"},
            "repair-request": {
                "device": "CAM-06",
                "fault": "无画面",
                "urgency": "normal",
            },
        }.items():
            answer = post(desk, f"{path}{name}/", client_token=token, **given)
            assert answer.status_code == 200, name
    assert ServiceFactsTold.objects.count() == 1
    assert ContractRequest.objects.count() == 1
    assert RepairRequest.objects.count() == 1
    assert (
        post(
            desk,
            f"{path}repair-request/",
            htmx=False,
            device="灯",
            fault="坏",
            urgency="normal",
        ).status_code
        == 303
    )


def test_a_finished_conversation_still_shows_what_it_asks(
    desk: Client, talk: Inquiry
) -> None:
    request = wish(talk, at=timezone.now())
    agent, now = UserFactory.create(), timezone.now()
    services.reply(talk, text="八百元。", by=agent, at=now)
    finish(talk, by=agent, at=now)
    page = desk.get(f"/desk/inquiries/{talk.number}/").content.decode()
    assert f'id="asked-{request.number}"' in page
    assert 'id="ask-contract-request"' not in page
