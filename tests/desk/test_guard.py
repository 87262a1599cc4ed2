"""The pages let whoever writes answer the phrase guard, in whatever form (IN-20)."""

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from inquiries import services
from inquiries.models import ContractRequest, DeviceSelection, Inquiry
from knowledge.models import Phrase
from staff.models import Role, User
from tests.factories import InquiryFactory, UserFactory
from tests.finishing import finish
from tests.inquiries.requests import decided, handler_of, talked, wish

pytestmark = [pytest.mark.django_db, pytest.mark.clause("IN-20")]

ENGLISH = {"Accept-Language": "en"}
HARMLESS, FORBIDDEN = "您是否还有不清楚的地方?", "原话:不知道"
TICK = 'name="confirmed" value="不清楚"'
REASON = 'name="override_reason"'


@pytest.fixture
def supervised(db: None) -> Client:
    return signed_in(UserFactory.create(role=Role.SUPERVISOR))


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def post(client: Client, path: str, *, htmx: bool = True, **data: Any) -> HttpResponse:
    headers = {**ENGLISH, **({"HX-Request": "true"} if htmx else {})}
    return client.post(path, data, headers=headers)  # type: ignore[return-value]


def text(response: HttpResponse) -> str:
    return response.content.decode()


def of(inquiry: Inquiry, verb: str) -> str:
    return f"/desk/inquiries/{inquiry.number}/{verb}/"


@pytest.fixture
def promised(agent: User) -> Inquiry:
    inquiry = InquiryFactory.create(at=timezone.now())
    services.announce_checking(
        inquiry, surname="王", phone="", question="?", by=agent, at=timezone.now()
    )
    return inquiry


@pytest.mark.parametrize("htmx", [True, False])
@pytest.mark.parametrize("place", ["conversation", "list"])
def test_the_answer_of_a_callback_is_confirmed(
    desk: Client, promised: Inquiry, place: str, *, htmx: bool
) -> None:
    path = of(promised, "called-back")
    if place == "list":
        path = f"/desk/callbacks/{promised.number}/done/"
    form = {"way": "message", "outcome": HARMLESS}
    refused = post(desk, path, htmx=htmx, **form)
    assert refused.status_code == 422
    assert TICK in text(refused)
    assert REASON not in text(refused)
    post(desk, path, htmx=htmx, confirmed="不清楚", **form)
    assert promised.callbacks.get().outcome == HARMLESS


def test_a_supervisor_sends_the_answer_of_a_callback_with_a_reason(
    supervised: Client, promised: Inquiry
) -> None:
    path, form = of(promised, "called-back"), {"way": "message", "outcome": FORBIDDEN}
    refused = post(supervised, path, **form)
    assert REASON in text(refused)
    post(supervised, path, override_reason="引用原话", **form)
    assert promised.callbacks.get().outcome == FORBIDDEN
    assert promised.events.filter(verb="phrase_allowed").count() == 1


def test_what_was_ticked_stays_ticked_beside_the_reason(
    supervised: Client, promised: Inquiry
) -> None:
    form = {"way": "message", "outcome": HARMLESS + FORBIDDEN}
    path = of(promised, "called-back")
    refused = text(post(supervised, path, confirmed="不清楚", **form))
    assert f"{TICK} checked" in refused
    assert REASON in refused
    refused = text(post(supervised, path, override_reason="引用", **form))
    assert 'value="引用"' in refused
    told = {"confirmed": "不清楚", "override_reason": "引用"}
    assert post(supervised, path, **form, **told).status_code == 200


@pytest.mark.parametrize("verb", ["edit", "send"])
def test_another_text_of_a_follow_up_is_confirmed_in_its_row(
    desk: Client, agent: User, verb: str
) -> None:
    at = timezone.now()
    inquiry = InquiryFactory.create(at=at)
    services.reply(inquiry, text="好。", by=agent, at=at)
    finish(inquiry, by=agent, at=at, intent="clear", consent=True)
    path = f"/desk/follow-ups/{inquiry.number}/{verb}/"
    words = f"感谢您的咨询,为您整理:{HARMLESS}"
    refused = post(desk, path, text=words)
    assert TICK in text(refused)
    post(desk, path, text=words, confirmed="不清楚")
    assert inquiry.follow_ups.get().text == words


def test_the_reason_for_a_single_device_is_confirmed(desk: Client, agent: User) -> None:
    inquiry = InquiryFactory.create(at=timezone.now())
    selection = services.select_devices(
        inquiry,
        scene="outdoor_mobile",
        scale="solo",
        needs=["portability"],
        category="live_camera",
        by=agent,
        at=timezone.now(),
    )
    form = {
        "selection": selection.pk,
        "codes": ["CAM-02"],
        "only_one_reason": HARMLESS,
    }
    path = of(inquiry, "devices/recommend")
    assert TICK in text(post(desk, path, **form))
    assert post(desk, path, confirmed="不清楚", **form).status_code == 200
    assert DeviceSelection.objects.get().comparisons.count() == 1


@pytest.mark.parametrize("verb", ["decide", "reword"])
def test_the_words_of_a_decision_are_confirmed_in_their_popup(verb: str) -> None:
    request = wish()
    if verb == "reword":
        decided(request)
    handler = signed_in(handler_of("contract_management"))
    path = f"/desk/contract-requests/{request.number}/{verb}/"
    form = {"decision": "granted", "text": HARMLESS}
    refused = post(handler, path, **form)
    assert f'id="error-{verb}-text"' in text(refused)
    assert TICK in text(refused)
    assert post(handler, path, confirmed="不清楚", **form).status_code == 200
    request.refresh_from_db()
    assert request.decision_text == HARMLESS


# --- A phrase that is forbidden between deciding and telling ---------------------------


@pytest.fixture
def overtaken(db: None) -> ContractRequest:
    request = decided(wish(talked(at=timezone.now())))
    Phrase.objects.create(kind="forbidden", text="扣一天", clause="IN-20")
    return request


@pytest.mark.parametrize("htmx", [True, False])
def test_who_supervises_tells_it_with_a_reason_from_the_list(
    supervised: Client, overtaken: ContractRequest, *, htmx: bool
) -> None:
    path = f"/desk/contract-requests/{overtaken.number}/tell/"
    refused = post(supervised, path, htmx=htmx)
    assert refused.status_code == 422
    assert REASON in text(refused)
    assert f'action="{path}"' in text(refused)
    post(supervised, path, htmx=htmx, override_reason="已与客户说定")
    overtaken.refresh_from_db()
    assert overtaken.status == "told"


@pytest.mark.parametrize("htmx", [True, False])
def test_who_supervises_tells_it_with_a_reason_from_the_conversation(
    supervised: Client, overtaken: ContractRequest, *, htmx: bool
) -> None:
    path = f"/desk/contract-requests/{overtaken.number}/tell/"
    refused = post(supervised, path, htmx=htmx, back="inquiry")
    assert refused.status_code == 422
    assert REASON in text(refused)
    assert 'name="back" value="inquiry"' in text(refused)
    post(supervised, path, htmx=htmx, back="inquiry", override_reason="已说定")
    overtaken.refresh_from_db()
    assert overtaken.status == "told"


def test_the_department_says_it_otherwise(overtaken: ContractRequest) -> None:
    handler = signed_in(handler_of("contract_management"))
    page = text(handler.get("/desk/contract-requests/", headers=ENGLISH))  # type: ignore[arg-type]
    path = f"/desk/contract-requests/{overtaken.number}/reword/"
    assert f'data-action="{path}"' in page
    assert 'data-text="扣一天日租。"' in page
    post(handler, path, text="收取一日租金。")
    post(handler, f"/desk/contract-requests/{overtaken.number}/tell/")
    overtaken.refresh_from_db()
    assert (overtaken.status, overtaken.decision) == ("told", "partly")
