"""Whoever writes a free text can answer the phrase guard, whatever the verb (IN-20)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import pytest
from django.utils import timezone

from inquiries import services
from inquiries.models import ContractRequest, Inquiry
from knowledge.models import Phrase
from knowledge.services.phrases import ForbiddenPhrase, NeedsConfirmation
from staff.models import Role, User
from tests.factories import InquiryFactory, UserFactory
from tests.finishing import finish
from tests.inquiries.requests import decided, handler_of, talked, wish
from tests.inquiries.snapshot import everything
from tests.instants import after
from tickets.models import Direction
from tickets.services.events import broken_links
from tickets.workflow import IllegalStep

pytestmark = [pytest.mark.django_db, pytest.mark.clause("IN-20")]

HARMLESS, FORBIDDEN = "您是否还有不清楚的地方?", "客户原话:不知道"
Say = Callable[..., object]


def call_back(inquiry: Inquiry, by: User, text: str, **told: Any) -> object:
    if not inquiry.callbacks.exists():
        services.announce_checking(
            inquiry, surname="王", phone="", question="?", by=by, at=after(20)
        )
    return services.finish_callback(
        inquiry, way="message", outcome=text, by=by, at=after(40), **told
    )


def compare(inquiry: Inquiry, by: User, text: str, **told: Any) -> object:
    selection = services.select_devices(
        inquiry,
        scene="outdoor_mobile",
        scale="solo",
        needs=["portability"],
        category="live_camera",
        by=by,
        at=after(30),
    )
    return services.recommend(
        inquiry,
        selection=selection,
        codes=["CAM-02"],
        only_one_reason=text,
        by=by,
        at=after(40),
        **told,
    )


def decide(inquiry: Inquiry, by: User, text: str, **told: Any) -> object:
    request = inquiry.contract_requests.first() or wish(inquiry)
    return services.decide_contract_request(
        request, decision="granted", text=text, by=by, at=after(minutes=5), **told
    )


def reword(inquiry: Inquiry, by: User, text: str, **told: Any) -> object:
    request = inquiry.contract_requests.first() or decided(wish(inquiry))
    return services.reword_contract_decision(
        request, text=text, by=by, at=after(minutes=6), **told
    )


def edit(inquiry: Inquiry, by: User, text: str, **told: Any) -> object:
    if inquiry.closed_at is None:
        finish(inquiry, by=by, at=after(50), intent="clear", consent=True)
    inquiry.refresh_from_db()
    return services.edit_follow_up(
        inquiry, text=f"感谢您的咨询,为您整理:{text}", by=by, at=after(60), **told
    )


SAID: Final[dict[str, Say]] = {
    "call back": call_back,
    "compare": compare,
    "decide": decide,
    "reword": reword,
    "follow up": edit,
}


@pytest.fixture
def manager(db: None) -> User:
    return UserFactory.create(role=Role.MANAGER)


def answered() -> Inquiry:
    inquiry = talked()
    services.reply(inquiry, text="好。", by=UserFactory.create(), at=after(8))
    return Inquiry.objects.get(pk=inquiry.pk)


@pytest.mark.parametrize("name", SAID)
def test_a_harmless_phrase_is_confirmed(manager: User, name: str) -> None:
    inquiry, say = answered(), SAID[name]
    with pytest.raises(NeedsConfirmation) as refused:
        say(inquiry, manager, HARMLESS)
    assert refused.value.doubtful == ("不清楚",)
    assert say(inquiry, manager, HARMLESS, confirmed=["不清楚"])
    assert not inquiry.events.filter(verb="phrase_allowed").exists()


@pytest.mark.parametrize("name", SAID)
def test_a_supervisor_lets_it_pass_and_the_reason_stays(
    manager: User, name: str
) -> None:
    inquiry, say = answered(), SAID[name]
    with pytest.raises(ForbiddenPhrase) as refused:
        say(inquiry, manager, FORBIDDEN)
    assert refused.value.may_override
    say(inquiry, manager, FORBIDDEN, override_reason="引用原话")
    event = inquiry.events.get(verb="phrase_allowed")
    assert event.data["phrases"] == ["不知道"]
    note = inquiry.messages.get(direction=Direction.NOTE)
    assert (note.text, note.author) == ("“不知道” 引用原话", manager)
    inquiry.refresh_from_db()
    assert broken_links(inquiry) == []


def test_an_agents_reason_opens_nothing_and_nobody_says_it_would(agent: User) -> None:
    inquiry = answered()
    with pytest.raises(ForbiddenPhrase) as refused:
        compare(inquiry, agent, FORBIDDEN, override_reason="我想")
    assert not refused.value.may_override


def test_a_refusal_says_what_was_confirmed_so_that_it_stays_ticked(
    manager: User,
) -> None:
    with pytest.raises(ForbiddenPhrase) as refused:
        compare(answered(), manager, HARMLESS + FORBIDDEN, confirmed=["不清楚"])
    assert refused.value.doubtful == ("不清楚",)
    assert refused.value.confirmed == {"不清楚"}


# --- A phrase that is forbidden between deciding and telling ---------------------------


@pytest.fixture
def overtaken(db: None) -> ContractRequest:
    request = decided(wish())
    Phrase.objects.create(kind="forbidden", text="扣一天", clause="IN-20")
    return request


def tell(request: ContractRequest, by: User, **told: Any) -> ContractRequest:
    return services.tell_contract_result(request, by=by, at=after(minutes=9), **told)


def test_what_was_decided_before_a_phrase_was_forbidden_is_not_told_as_it_is(
    overtaken: ContractRequest, agent: User
) -> None:
    before = everything()
    with pytest.raises(ForbiddenPhrase):
        tell(overtaken, agent)
    assert everything() == before


def test_it_is_said_otherwise_and_then_told(
    overtaken: ContractRequest, agent: User
) -> None:
    handler = handler_of("contract_management")
    services.reword_contract_decision(
        overtaken, text="收取一日租金。", by=handler, at=after(minutes=7)
    )
    told = tell(overtaken, agent)
    assert (told.status, told.decision) == ("told", "partly")
    assert told.told_with is not None
    assert "收取一日租金。" in told.told_with.text


def test_a_supervisor_tells_it_all_the_same(
    overtaken: ContractRequest, supervisor: User
) -> None:
    told = tell(overtaken, supervisor, override_reason="已与客户说定")
    assert told.status == "told"
    event = told.inquiry.events.get(verb="phrase_allowed")
    assert event.data["request"] == told.number
    assert event.data["message"] == told.told_with_id


def test_what_a_manager_let_pass_when_deciding_an_agent_may_tell(
    agent: User, manager: User
) -> None:
    inquiry = answered()
    decide(inquiry, manager, FORBIDDEN, override_reason="引用原话")
    assert tell(inquiry.contract_requests.get(), agent).status == "told"
    assert inquiry.events.filter(verb="phrase_allowed").count() == 1


def test_what_a_handler_confirmed_when_deciding_is_not_asked_again(agent: User) -> None:
    inquiry = answered()
    handler = handler_of("contract_management")
    decide(inquiry, handler, HARMLESS, confirmed=["不清楚", "不知道"])
    request = inquiry.contract_requests.get()
    assert request.phrases_passed == ["不清楚"]
    assert tell(request, agent).status == "told"


def test_what_has_been_told_is_not_said_otherwise(agent: User) -> None:
    request = tell(decided(wish()), agent)
    before = everything()
    with pytest.raises(IllegalStep):
        services.reword_contract_decision(
            request,
            text="别的",
            by=handler_of("contract_management"),
            at=after(minutes=20),
        )
    assert everything() == before


def test_the_same_words_again_change_nothing() -> None:
    request, handler = decided(wish()), handler_of("contract_management")
    for _click in range(2):
        services.reword_contract_decision(
            request, text="收取一日租金。", by=handler, at=after(minutes=7)
        )
    assert request.inquiry.events.filter(verb="contract_decided").count() == 2


def test_the_companys_own_words_pass_whatever_is_forbidden(agent: User) -> None:
    Phrase.objects.create(kind="forbidden", text="小时", clause="IN-20")
    now = timezone.now()
    inquiry = InquiryFactory.create(at=now - timedelta(minutes=1))
    services.greet(inquiry, by=agent, at=now)
    told = services.tell_service_facts(inquiry, zone="same_city", by=agent, at=now)
    assert "24小时" in told.message.text
