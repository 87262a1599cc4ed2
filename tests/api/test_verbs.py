"""Whoever has the API alone can lead an inquiry to its end (IN-01 to IN-56)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from helpdesk.api import limits
from inquiries import services
from inquiries.models import (
    ClauseExplanation,
    Comparison,
    ContractRequest,
    DeviceChoice,
    Inquiry,
    RepairRequest,
    ServiceFactsTold,
)
from knowledge.models import Phrase
from staff.models import Role, User
from tests.api.conftest import SignedIn
from tests.factories import AT, InquiryFactory, UserFactory
from tests.inquiries.requests import decided, fault, handler_of, talked, wish
from tests.inquiries.snapshot import everything

pytestmark = pytest.mark.django_db

ALL: Final = ["term", "damage", "early_return"]
EXAMPLES: Final = ["term_week", "damage_lost", "early_own"]
CLAUSES: Final = {"clauses": ALL, "not_asked": [], "examples": EXAMPLES}
WISH: Final[dict[str, Any]] = {
    "scene": "outdoor_mobile",
    "scale": "solo",
    "needs": ["portability"],
    "category": "live_camera",
}
KEY: Final = {"Idempotency-Key": "k1"}


def act(
    api: APIClient,
    number: str,
    verb: str,
    body: Any = None,
    *,
    place: str = "inquiries",
    **headers: str,
) -> Any:
    path = f"/api/v1/{place}/{number}/{verb}/"
    return api.post(path, body or {}, format="json", headers=headers)


def contract(api: APIClient, number: str, verb: str, body: Any = None) -> Any:
    return act(api, number, verb, body, place="contract-requests")


def repair(api: APIClient, number: str, verb: str, body: Any = None) -> Any:
    return act(api, number, verb, body, place="repair-requests")


# --- One inquiry from its beginning to its end ------------------------------------------


@pytest.fixture
def unthrottled(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test is faster than any person."""
    monkeypatch.setattr(limits, "WRITING", ())


@pytest.mark.usefixtures("unthrottled")
@pytest.mark.clause("IN-25", "IN-33", "IN-35", "IN-37", "IN-41", "IN-43", "IN-45")
@pytest.mark.clause("IN-46", "IN-49", "IN-50", "IN-52", "IN-53", "IN-54")
def test_an_inquiry_is_led_to_its_end_by_the_api_alone(
    api: APIClient, as_person: SignedIn
) -> None:
    asked = api.post(
        "/api/v1/inquiries/",
        {
            "channel": "app_chat",
            "customer": {"surname": "王", "phone": "13800138000"},
            "topic": "device_selection",
            "text": "户外直播用什么相机?",
        },
        format="json",
    )
    number = asked.json()["number"]

    def done(verb: str, body: Any = None, status: int = 200) -> Any:
        answer = act(api, number, verb, body)
        assert answer.status_code == status, answer.json()
        return answer.json()

    def customer_says(text: str) -> None:
        inquiry = Inquiry.objects.get(number=number)
        services.customer_writes(inquiry, text=text, at=timezone.now())

    done("greet", status=201)
    for topic in ("rental_price", "contract_terms", "after_sales", "operation_use"):
        done("topic", {"topic": topic})
    done("remove-topic", {"topic": "operation_use"})

    # Devices: asked, compared, chosen by the customer.
    selection = done("select-devices", WISH, 201)["selection"]
    codes = ["CAM-02", "CAM-03"]
    sent = done("recommend", {"selection": selection, "codes": codes}, 201)
    customer_says("就要第一台。")
    thread = api.get(f"/api/v1/inquiries/{number}/").json()
    proof = thread["messages"][-1]
    assert (proof["direction"], proof["text"]) == ("in", "就要第一台。")
    choice = {"comparison": sent["comparison"], "code": "CAM-02"}
    chosen = done("choose-device", {**choice, "message": proof["id"]})
    assert (chosen["code"], chosen["message"]) == ("CAM-02", proof["id"])
    done("topic-answered", {"topic": "device_selection"})

    # The price.
    order = {"items": [{"code": "CAM-02"}], "days": 7, "delivery": "same_city"}
    assert done("quote", order, 201)["version"] == 1
    done("topic-answered", {"topic": "rental_price"})

    # The contract: explained, understood, and one wish that is decided and told.
    done("explain-clauses", CLAUSES, 201)
    assert done("understood", {"understood": True})["understood"] is True
    wished = {"clause": "early_return", "wish": "提前退租不扣费"}
    request = done("contract-request", wished, 201)["number"]
    department = as_person(handler_of("contract_management"))
    decision = {"decision": "partly", "text": "只扣1天租金。"}
    assert contract(department, request, "decide", decision).status_code == 200
    told = contract(api, request, "tell").json()
    assert (told["status"], told["decision_text"]) == ("told", "只扣1天租金。")
    done("topic-answered", {"topic": "contract_terms"})

    # After sales: the facts, and a fault that is dealt with.
    done("service-facts", {"zone": "same_city", "devices": ["CAM-02"]}, 201)
    broken = done("repair-request", {"device": "CAM-02", "fault": "没有画面"}, 201)
    technician = as_person(handler_of("technical_support"))
    for verb, body, status in (
        ("contact", {"note": "下午上门"}, "contacted"),
        ("check-in", {"place": "客户现场"}, "on_site"),
        ("finish", {"result": "换线", "downtime_hours": 6}, "finished"),
    ):
        answer = repair(technician, broken["number"], verb, body)
        assert answer.status_code == 200, answer.json()
        assert answer.json()["status"] == status
    done("topic-answered", {"topic": "after_sales"})

    # The end.
    done("closing-question", status=201)
    customer_says("没有了,谢谢。")
    ended = done("close", {"intent": "clear", "consent": True})
    assert ended["status"] == "closed"
    assert done("follow-up", {"act": "send"})["status"] == "sent"
    inquiry = Inquiry.objects.get(number=number)
    assert not inquiry.topics.open().exists()
    assert not inquiry.clocks.unfinished().exists()


def test_a_customer_who_gave_up_is_let_go(api: APIClient) -> None:
    inquiry = InquiryFactory.create(at=timezone.now() - timedelta(minutes=4))
    assert act(api, inquiry.number, "abandon").status_code == 409
    inquiry = InquiryFactory.create(at=timezone.now() - timedelta(minutes=6))
    answer = act(api, inquiry.number, "abandon")
    assert (answer.status_code, answer.json()["status"]) == (200, "abandoned")


# --- Who may: the whole matrix ----------------------------------------------------------

ANSWERING: Final = {Role.AGENT, Role.SUPERVISOR, Role.MANAGER, Role.ADMINISTRATOR}
LEADING: Final = ANSWERING - {Role.AGENT}
STANDING_IN: Final = LEADING - {Role.SUPERVISOR}
CONTRACTS, TECHNICIAN = "contract management", "technical support"
PEOPLE: Final = [*ANSWERING, CONTRACTS, TECHNICIAN]


def person(who: str) -> User:
    if who in Role.values:
        return UserFactory.create(role=Role(who))
    return handler_of(who.replace(" ", "_"))


def explained(inquiry: Inquiry) -> dict[str, Any]:
    agent = UserFactory.create()
    services.explain_clauses(inquiry, **CLAUSES, by=agent, at=AT + timedelta(minutes=2))
    return {"understood": True}


def compared(inquiry: Inquiry) -> dict[str, Any]:
    agent, at = UserFactory.create(), AT + timedelta(minutes=2)
    selection = services.select_devices(inquiry, **WISH, by=agent, at=at)
    comparison = services.recommend(
        inquiry, selection=selection, codes=["CAM-02", "CAM-03"], by=agent, at=at
    )
    words = services.customer_writes(inquiry, text="第一台", at=at)
    return {"comparison": comparison.pk, "code": "CAM-02", "message": words.pk}


def two_topics(inquiry: Inquiry) -> dict[str, Any]:
    services.add_topic(inquiry, topic="rental_price", by=None, at=AT)
    return {"topic": "rental_price"}


Prepared = Callable[[Inquiry], dict[str, Any]]
# For each verb: who may, and what it carries.
OF_INQUIRY: Final[dict[str, tuple[set[Any], Prepared]]] = {
    "explain-clauses": (ANSWERING, lambda _inquiry: CLAUSES),
    "understood": (ANSWERING, explained),
    "service-facts": (ANSWERING, lambda _inquiry: {"zone": "same_city"}),
    "remove-topic": (ANSWERING, two_topics),
    "abandon": (ANSWERING, lambda _inquiry: {}),
    "choose-device": (ANSWERING, compared),
}
OF_CONTRACT: Final[dict[str, tuple[set[Any], dict[str, Any]]]] = {
    "forward": (ANSWERING, {}),
    "decide": ({*STANDING_IN, CONTRACTS}, {"decision": "granted", "text": "好。"}),
    "reword": ({*STANDING_IN, CONTRACTS}, {"text": "好的。"}),
    "tell": ({*ANSWERING, CONTRACTS}, {}),
}
OF_REPAIR: Final[dict[str, tuple[set[Any], dict[str, Any]]]] = {
    "contact": ({*LEADING, TECHNICIAN}, {}),
    "check-in": ({*LEADING, TECHNICIAN}, {}),
    "finish": ({*LEADING, TECHNICIAN}, {"result": "换线", "downtime_hours": 2}),
}


def judge(answer: Any, *, allowed: bool, before: list[list[Any]], hidden: bool) -> None:
    if allowed:
        assert answer.status_code in {200, 201}, answer.json()
        assert everything() != before
    else:
        # What one may not see does not exist.
        assert answer.status_code == (404 if hidden else 403)
        assert everything() == before


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("verb", OF_INQUIRY)
def test_each_verb_of_an_inquiry_asks_the_matrix(
    as_person: SignedIn, verb: str, who: str
) -> None:
    inquiry = InquiryFactory.create() if verb == "abandon" else talked()
    request = fault(inquiry) if who == TECHNICIAN and verb != "abandon" else None
    allowed, prepare = OF_INQUIRY[verb]
    body, before = prepare(inquiry), everything()
    answer = act(as_person(person(who)), inquiry.number, verb, body)
    hidden = who not in ANSWERING and request is None
    judge(answer, allowed=who in allowed, before=before, hidden=hidden)


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("verb", OF_CONTRACT)
def test_each_verb_of_a_contract_request_asks_the_matrix(
    as_person: SignedIn, verb: str, who: str
) -> None:
    request = wish()
    if verb in {"tell", "reword"}:
        decided(request)
    if verb == "forward":
        ContractRequest.objects.update(status="recorded", department=None)
    client = as_person(person(who))
    allowed, body = OF_CONTRACT[verb]
    before = everything()
    answer = contract(client, request.number, verb, body)
    # A department sees what has been forwarded to it.
    hidden = who == TECHNICIAN or (who, verb) == (CONTRACTS, "forward")
    judge(answer, allowed=who in allowed, before=before, hidden=hidden)


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("verb", OF_REPAIR)
def test_each_verb_of_a_repair_request_asks_the_matrix(
    as_person: SignedIn, verb: str, who: str
) -> None:
    request = fault()
    if verb == "finish":
        technician = handler_of("technical_support")
        at = AT + timedelta(minutes=5)
        services.log_technician_contact(request, by=technician, at=at)
    client = as_person(person(who))
    allowed, body = OF_REPAIR[verb]
    before = everything()
    answer = repair(client, request.number, verb, body)
    hidden = who == CONTRACTS
    judge(answer, allowed=who in allowed, before=before, hidden=hidden)


# --- Twice, wrong, and forbidden --------------------------------------------------------


@pytest.mark.parametrize(
    ("verb", "body", "model"),
    [
        ("explain-clauses", CLAUSES, ClauseExplanation),
        ("service-facts", {"zone": "same_city"}, ServiceFactsTold),
    ],
)
def test_the_same_key_tells_once(
    api: APIClient, verb: str, body: dict[str, Any], model: Any
) -> None:
    talk = talked()
    answers = [act(api, talk.number, verb, body, **KEY).json() for _ in range(2)]
    assert answers[0] == answers[1]
    assert model.objects.count() == 1


def test_what_is_done_twice_is_done_once(api: APIClient, as_person: SignedIn) -> None:
    talk = talked()
    body = compared(talk)
    for _click in range(2):
        assert act(api, talk.number, "choose-device", body).status_code == 200
    assert DeviceChoice.objects.count() == 1
    request = decided(wish(talk))
    count = talk.messages.count()
    for _click in range(2):
        assert contract(api, request.number, "tell").json()["status"] == "told"
    assert talk.messages.count() == count + 1
    technician = as_person(handler_of("technical_support"))
    reported = fault(talk)
    for _click in range(2):
        answer = repair(technician, reported.number, "check-in", {"place": "现场"})
        assert answer.json()["status"] == "on_site"
    assert talk.events.filter(verb="technician_on_site").count() == 1


@pytest.mark.parametrize(
    ("verb", "body", "fields"),
    [
        ("explain-clauses", {"clauses": ["term"]}, {"clauses", "examples"}),
        ("explain-clauses", {"clauses": ALL, "not_asked": []}, {"examples"}),
        ("explain-clauses", {**CLAUSES, "examples": ["no"]}, {"examples"}),
        ("explain-clauses", {}, {"clauses"}),
        ("understood", {"understood": "maybe"}, {"understood"}),
        ("service-facts", {"zone": "moon"}, {"zone"}),
        ("service-facts", {"zone": "same_city", "devices": ["X"]}, {"devices"}),
        ("remove-topic", {"topic": "weather"}, {"topic"}),
        ("choose-device", {"comparison": 1}, {"code", "message"}),
    ],
)
def test_a_wrong_value_is_named_by_its_field(
    api: APIClient, verb: str, body: dict[str, Any], fields: set[str]
) -> None:
    talk = talked()
    before = everything()
    answer = act(api, talk.number, verb, body)
    assert answer.status_code == 400
    assert set(answer.json()["fields"]) == fields
    assert everything() == before


def test_a_choice_needs_the_customers_own_message(api: APIClient) -> None:
    talk = talked()
    body = compared(talk)
    ours = Comparison.objects.get().message_id
    answer = act(api, talk.number, "choose-device", {**body, "message": ours})
    assert set(answer.json()["fields"]) == {"message"}
    assert not DeviceChoice.objects.exists()
    absent = act(api, talk.number, "choose-device", {**body, "comparison": 10**9})
    assert absent.status_code == 404


def test_a_wrong_decision_and_a_wrong_repair_are_named(as_person: SignedIn) -> None:
    department = as_person(handler_of("contract_management"))
    answer = contract(
        department, wish().number, "decide", {"decision": "x", "text": ""}
    )
    assert set(answer.json()["fields"]) == {"decision", "text"}
    technician, reported = as_person(handler_of("technical_support")), fault()
    body = {"result": "", "downtime_hours": 99_999}
    answer = repair(technician, reported.number, "finish", body)
    assert set(answer.json()["fields"]) == {"result", "downtime_hours"}
    assert RepairRequest.objects.get().status == "reported"


@pytest.mark.clause("IN-20")
def test_a_doubtful_phrase_is_named_and_confirmed(as_person: SignedIn) -> None:
    department, request = as_person(handler_of("contract_management")), wish()
    body = {"decision": "granted", "text": "您还有不清楚的地方吗?"}
    refused = contract(department, request.number, "decide", body)
    assert (refused.status_code, refused.json()["confirmable"]) == (400, ["不清楚"])
    body = {**body, "confirmed": refused.json()["confirmable"]}
    assert contract(department, request.number, "decide", body).status_code == 200


@pytest.mark.clause("IN-20", "IN-28")
def test_the_answer_of_a_callback_is_confirmed_or_overridden(
    api: APIClient, as_person: SignedIn, agent: User
) -> None:
    for client, told, text in (
        (api, {"confirmed": ["不清楚"]}, "您还有不清楚的地方吗?"),
        (
            as_person(UserFactory.create(role=Role.SUPERVISOR)),
            {"override_reason": "引用"},
            "原话:不知道",
        ),
    ):
        talk = talked()
        services.announce_checking(
            talk, surname="王", phone="", question="?", by=agent, at=timezone.now()
        )
        body = {"reached": True, "way": "message", "outcome": text}
        refused = act(client, talk.number, "callback", body)
        assert set(refused.json()["fields"]) == {"outcome"}
        answer = act(client, talk.number, "callback", {**body, **told})
        assert answer.status_code == 200


def test_a_decision_overtaken_by_a_phrase_is_told_after_all(
    api: APIClient, as_person: SignedIn
) -> None:
    request = decided(wish())
    Phrase.objects.create(kind="forbidden", text="扣一天", clause="IN-20")
    refused = contract(api, request.number, "tell")
    assert (refused.status_code, set(refused.json()["fields"])) == (
        400,
        {"decision_text"},
    )
    department = as_person(handler_of("contract_management"))
    contract(department, request.number, "reword", {"text": "收取一日租金。"})
    assert contract(api, request.number, "tell").json()["status"] == "told"


@pytest.mark.parametrize("how", ["key", "token"])
def test_other_words_under_the_same_token_are_a_conflict(
    api: APIClient, how: str
) -> None:
    talk = talked()
    token = {"client_token": "0b0f6a52-6c1e-4c1b-9d3e-2f6d7a1c9e44"}
    headers = KEY if how == "key" else {}
    more = token if how == "token" else {}
    first = act(api, talk.number, "reply", {"text": "好", **more}, **headers)
    again = act(api, talk.number, "reply", {"text": "好", **more}, **headers)
    assert (first.status_code, again.status_code) == (201, 201)
    before = everything()
    other = act(api, talk.number, "reply", {"text": "好的", **more}, **headers)
    assert other.status_code == 409
    assert "has been sent already" in other.json()["detail"]
    assert everything() == before
