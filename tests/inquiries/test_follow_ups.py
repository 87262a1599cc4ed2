"""What a customer with clear intent gets after the end (IN-54 to IN-56)."""

import uuid
from datetime import datetime

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError

from inquiries import services
from inquiries.links import quotation_url, thread_path
from inquiries.models import FollowUp, Inquiry
from inquiries.services import carriers, follow_ups
from inquiries.services.carriers import NoCarrier, Parcel, Thread
from inquiries.services.follow_ups import AUTOMATIC_AFTER, LEASE
from knowledge.models import Script
from knowledge.services.phrases import ForbiddenPhrase
from sla.models import Clock
from staff.models import User
from tests.factories import InquiryFactory
from tests.finishing import finish
from tests.inquiries.snapshot import everything
from tests.instants import MICROSECOND, Hand, after, local
from tickets.workflow import IllegalStep

pytestmark = pytest.mark.django_db

OPENING = "感谢您的咨询,为您整理"
END = after(60)
BY_ITSELF = END + AUTOMATIC_AFTER
DUE = after(60, hours=2)


@pytest.fixture
def ended(inquiry: Inquiry, agent: User) -> Inquiry:
    """A finished conversation whose customer wants to rent and to hear from us."""
    services.reply(
        inquiry, text="八百元。", by=agent, at=after(10), answers=["operation_use"]
    )
    return finish(inquiry, by=agent, at=END, intent="clear", consent=True)


def send_due(at: datetime) -> int:
    return follow_ups.send_due(clock=Hand(at))


def the_one() -> FollowUp:
    return FollowUp.objects.select_related("clock", "message", "edited_by").get()


def clock_of(follow_up: FollowUp) -> Clock:
    assert follow_up.clock is not None
    return Clock.objects.get(pk=follow_up.clock.pk)


def not_sent(inquiry: Inquiry) -> list[tuple[str, str]]:
    events = inquiry.events.filter(verb="follow_up_not_sent")
    return [(event.data["status"], event.data["reason"]) for event in events]


@pytest.mark.clause("IN-56")
def test_the_text_begins_word_for_word_and_tells_what_was_talked_about(
    ended: Inquiry,
) -> None:
    link = f"{settings.SITE_URL}{thread_path(ended)}"
    assert the_one().text == (
        f"{OPENING}本次咨询的要点：\n· 您咨询的内容：设备使用。{link}"
    )


@pytest.mark.clause("IN-20", "IN-56")
def test_no_follow_up_repeats_words_that_we_must_not_say(
    inquiry: Inquiry, agent: User
) -> None:
    services.reply(
        inquiry, text="八百元。", by=agent, at=after(10), answers=["operation_use"]
    )
    services.report_fault(
        inquiry, device="不知道型号", fault="黑屏", by=None, at=after(20)
    )
    finish(inquiry, by=agent, at=END, intent="clear", consent=True)
    assert "不知道" not in the_one().text
    assert "（您报修的设备）" in the_one().text


@pytest.mark.clause("IN-56", "IN-51")
def test_clauses_delivery_and_requests_are_told_again_in_the_follow_up(
    inquiry: Inquiry, agent: User
) -> None:
    services.reply(
        inquiry, text="八百元。", by=agent, at=after(10), answers=["operation_use"]
    )
    services.explain_clauses(
        inquiry,
        clauses=["term"],
        not_asked=["damage", "early_return"],
        examples=["term_week"],
        by=agent,
        at=after(20),
    )
    services.tell_service_facts(inquiry, zone="same_city", by=agent, at=after(30))
    wish = services.request_contract_change(
        inquiry, clause="term", wish="按小时租", by=agent, at=after(40)
    )
    fault = services.report_fault(
        inquiry, device="CAM-06", fault="无画面", by=agent, at=after(50)
    )
    finish(inquiry, by=agent, at=END, intent="clear", consent=True)
    lines = the_one().text.split("\n")
    assert lines[0] == f"{OPENING}本次咨询的要点："
    assert lines[1:3] == [
        "· 您咨询的内容：设备使用",
        "· 已为您说明的合同条款：租赁期限",
    ]
    assert lines[3].startswith("· 交付时间（")
    assert "小时内送达" in lines[3]
    assert lines[4] == (
        f"· 合同修改建议{wish.number}（租赁期限）：正在审核，有结果会及时告知您"
    )
    repair = f"· 报修{fault.number}（CAM-06）：已安排维修人员跟进。http"
    assert lines[5].startswith(repair)


@pytest.mark.clause("IN-56")
def test_the_chosen_device_and_the_newest_quotation_are_told_again(
    inquiry: Inquiry, agent: User
) -> None:
    services.reply(
        inquiry, text="八百元。", by=agent, at=after(10), answers=["operation_use"]
    )
    selection = services.select_devices(
        inquiry,
        scene="outdoor_mobile",
        scale="solo",
        needs=["portability"],
        category="live_camera",
        by=agent,
        at=after(20),
    )
    comparison = services.recommend(
        inquiry, selection=selection, codes=["CAM-02", "CAM-03"], by=agent, at=after(25)
    )
    services.choose_device(inquiry, comparison=comparison, code="CAM-02", at=after(30))
    order = {"items": [("CAM-02", 1)], "delivery": "store_pickup"}
    services.quote(inquiry, **order, days=3, by=agent, at=after(35))
    newest = services.quote(inquiry, **order, days=4, by=agent, at=after(40))
    finish(inquiry, by=agent, at=END, intent="clear", consent=True)
    lines = the_one().text.split("\n")
    assert lines[2] == "· 您选择的设备：DJI Osmo Pocket 3 口袋云台相机"
    assert lines[3].startswith(
        f"· 报价单{newest.number}：应付¥320.00，押金¥1,400.00，2026-11-30前有效 http"
    )
    assert quotation_url(newest) in lines[3]


@pytest.mark.clause("IN-54", "IN-55")
def test_what_nobody_sends_the_system_sends_after_half_an_hour_and_says_so(
    ended: Inquiry,
) -> None:
    before = everything()
    assert send_due(BY_ITSELF - MICROSECOND) == 0
    assert everything() == before
    assert send_due(BY_ITSELF) == 1
    follow_up, message = the_one(), ended.messages.latest("pk")
    assert (follow_up.status, follow_up.ended_at) == ("sent", BY_ITSELF)
    assert follow_up.message == message
    assert (message.text, message.automatic, message.author) == (
        follow_up.text,
        True,
        None,
    )
    clock = clock_of(follow_up)
    assert (clock.stopped_at, clock.outcome) == (BY_ITSELF, "met")
    assert [e.actor for e in ended.events.filter(verb="followed_up")] == [None]


@pytest.mark.clause("IN-54")
def test_a_follow_up_reopens_nothing_and_starts_no_clock(ended: Inquiry) -> None:
    clocks = ended.clocks.count()
    send_due(BY_ITSELF)
    ended.refresh_from_db()
    assert (ended.status, ended.closed_at, ended.cycle) == ("closed", END, 1)
    assert ended.customer_waiting_since is None
    assert ended.clocks.count() == clocks
    assert not ended.clocks.running().exists()


@pytest.mark.clause("IN-54")
def test_a_job_that_runs_twice_sends_once(ended: Inquiry) -> None:
    send_due(BY_ITSELF)
    before = everything()
    assert send_due(BY_ITSELF + LEASE * 2) == 0
    assert everything() == before


def test_a_worker_that_died_before_it_sent_leaves_the_row_to_the_next(
    ended: Inquiry,
) -> None:
    assert follow_ups.claim(at=BY_ITSELF) is not None
    assert send_due(BY_ITSELF + LEASE - MICROSECOND) == 0
    assert send_due(BY_ITSELF + LEASE) == 1
    assert the_one().tries == 2


@pytest.mark.clause("IN-55")
def test_the_conversation_carries_the_same_parcel_once(ended: Inquiry) -> None:
    parcel = Parcel(ended, "感谢", None, uuid.uuid4())
    first = Thread().carry(parcel, at=BY_ITSELF)
    again = Thread().carry(parcel, at=BY_ITSELF + LEASE)
    assert first == again
    assert ended.messages.filter(text="感谢").count() == 1


@pytest.mark.clause("IN-54")
def test_a_colleague_sends_it_at_once_under_their_own_name(
    ended: Inquiry, agent: User
) -> None:
    for seconds in (100, 110):
        services.send_follow_up(ended, by=agent, at=after(seconds))
    message = ended.messages.latest("pk")
    assert (message.author, message.automatic, message.sent_at) == (
        agent,
        False,
        after(100),
    )
    assert clock_of(the_one()).stopped_at == after(100)
    assert ended.events.filter(verb="followed_up").count() == 1
    assert send_due(BY_ITSELF) == 0


@pytest.mark.clause("IN-56")
def test_edited_words_wait_for_their_editor_until_shortly_before_the_deadline(
    ended: Inquiry, agent: User
) -> None:
    text = f"{OPENING}：两台摄像机三天八百元。"
    services.edit_follow_up(ended, text=text, by=agent, at=after(100))
    assert send_due(BY_ITSELF) == 0
    last = after(60, hours=1, minutes=45)
    assert send_due(last - MICROSECOND) == 0
    assert send_due(last) == 1
    message = ended.messages.latest("pk")
    assert (message.text, message.author, message.automatic) == (text, agent, False)


@pytest.mark.clause("IN-56")
@pytest.mark.parametrize(
    "text", ["您好，已为您整理。", "感谢您的咨询，为您整理：", " "]
)
def test_other_opening_words_are_refused(
    ended: Inquiry, agent: User, text: str
) -> None:
    before = everything()
    with pytest.raises(ValidationError) as refusal:
        services.edit_follow_up(ended, text=text, by=agent, at=after(100))
    assert set(refusal.value.error_dict) == {"text"}
    assert everything() == before


@pytest.mark.clause("IN-20")
def test_what_is_never_said_to_customers_is_not_said_in_a_follow_up(
    ended: Inquiry, agent: User
) -> None:
    before = everything()
    with pytest.raises(ForbiddenPhrase):
        services.send_follow_up(
            ended, text=f"{OPENING}：不知道。", by=agent, at=after(100)
        )
    assert everything() == before


def test_other_words_than_those_already_sent_are_refused_and_not_dropped(
    ended: Inquiry, agent: User
) -> None:
    sent = services.send_follow_up(ended, by=agent, at=after(130))
    again = services.send_follow_up(
        ended, text=f"{sent.text}\r\n", by=agent, at=after(131)
    )
    assert again == sent
    before = everything()
    with pytest.raises(IllegalStep):
        services.send_follow_up(ended, text=f"{OPENING}别的。", by=agent, at=after(132))
    assert everything() == before


@pytest.mark.clause("IN-54")
def test_a_colleague_cancels_it_with_a_reason(ended: Inquiry, agent: User) -> None:
    with pytest.raises(ValidationError):
        services.cancel_follow_up(ended, reason=" ", by=agent, at=after(100))
    for seconds in (110, 120):
        services.cancel_follow_up(ended, reason="已下单", by=agent, at=after(seconds))
    follow_up = the_one()
    assert (follow_up.status, follow_up.reason, follow_up.remark) == (
        "cancelled",
        "by_hand",
        "已下单",
    )
    assert follow_up.ended_at == after(110)
    assert clock_of(follow_up).status == "cancelled"
    assert not_sent(ended) == [("cancelled", "by_hand")]
    with pytest.raises(IllegalStep):
        services.send_follow_up(ended, by=agent, at=after(130))


@pytest.mark.clause("IN-54")
def test_who_takes_the_conversation_up_again_gets_no_follow_up(ended: Inquiry) -> None:
    services.reopen(ended, by=None, at=after(100))
    assert send_due(BY_ITSELF) == 0
    assert (the_one().status, the_one().reason) == ("cancelled", "reopened")
    assert not_sent(ended) == [("cancelled", "reopened")]


@pytest.mark.clause("IN-54")
def test_who_comes_back_while_a_worker_holds_it_gets_no_follow_up(
    ended: Inquiry,
) -> None:
    claimed = follow_ups.claim(at=BY_ITSELF)
    assert claimed is not None
    services.reopen(ended, by=None, at=BY_ITSELF)
    before = everything()
    assert follow_ups.attempt(claimed, at=BY_ITSELF) is False
    assert everything() == before


@pytest.mark.clause("IN-54")
def test_a_slow_worker_sends_nothing_that_a_colleague_has_sent(
    ended: Inquiry, agent: User
) -> None:
    claimed = follow_ups.claim(at=BY_ITSELF)
    assert claimed is not None
    services.send_follow_up(ended, by=agent, at=BY_ITSELF)
    before = everything()
    assert follow_ups.attempt(claimed, at=BY_ITSELF) is False
    assert everything() == before


@pytest.mark.clause("IN-54")
def test_who_did_not_agree_is_not_written_to_and_the_reason_is_on_record(
    inquiry: Inquiry, agent: User
) -> None:
    services.reply(
        inquiry, text="八百元。", by=agent, at=after(10), answers=["operation_use"]
    )
    finish(inquiry, by=agent, at=END, intent="clear")
    assert (the_one().reason, the_one().text) == ("no_consent", "")
    assert not_sent(inquiry) == [("not_permitted", "no_consent")]
    assert send_due(DUE) == 0


@pytest.mark.clause("IN-54")
def test_consent_that_was_taken_back_counts(ended: Inquiry) -> None:
    ended.customer.consented_at = None
    ended.customer.save(update_fields=["consented_at"])
    assert send_due(BY_ITSELF) == 0
    assert the_one().status == "not_permitted"
    assert not_sent(ended) == [("not_permitted", "no_consent")]
    assert clock_of(the_one()).status == "cancelled"


@pytest.mark.clause("IN-54")
def test_a_house_that_stood_still_sends_late_and_says_so(ended: Inquiry) -> None:
    late = after(61, hours=2)
    assert send_due(late) == 1
    follow_up = the_one()
    assert (follow_up.status, follow_up.reason) == ("sent", "late")
    assert clock_of(follow_up).outcome == "missed"
    event = ended.events.get(verb="followed_up")
    assert event.data["reason"] == "late"


@pytest.mark.clause("IN-54")
def test_what_cannot_be_sent_is_tried_until_the_deadline_and_then_given_up(
    inquiry: Inquiry, agent: User
) -> None:
    """Without its script a follow-up has no words; the end of the talk does not mind."""
    Script.objects.filter(code="FOLLOW_UP").update(enabled=False)
    services.reply(
        inquiry, text="八百元。", by=agent, at=after(10), answers=["operation_use"]
    )
    finish(inquiry, by=agent, at=END, intent="clear", consent=True)
    assert send_due(BY_ITSELF) == 0
    assert (the_one().status, the_one().tries) == ("pending", 1)
    assert send_due(DUE) == 0
    assert the_one().status == "pending"
    assert send_due(DUE + LEASE) == 0
    assert (the_one().status, the_one().reason) == ("failed", "fault")
    assert not_sent(inquiry) == [("failed", "fault")]
    assert clock_of(the_one()).breached_at == DUE


def test_one_that_cannot_be_sent_stops_no_other(ended: Inquiry, agent: User) -> None:
    other = InquiryFactory.create(phone="13900139000")
    services.reply(
        other, text="好。", by=agent, at=after(10), answers=["operation_use"]
    )
    finish(other, by=agent, at=after(61), intent="clear", consent=True)
    FollowUp.objects.filter(inquiry=ended).update(text="")
    Script.objects.filter(code="FOLLOW_UP").update(enabled=False)
    assert send_due(BY_ITSELF + LEASE) == 1
    assert other.follow_ups.get().status == "sent"
    assert ended.follow_ups.get().status == "pending"


@pytest.mark.clause("IN-55")
@pytest.mark.parametrize(
    ("clock", "quiet"),
    [
        ("20:59", False),
        ("21:00", True),
        ("02:00", True),
        ("07:59", True),
        ("08:00", False),
    ],
)
def test_only_what_rings_waits_for_the_morning(clock: str, *, quiet: bool) -> None:
    """D-11: the message in the conversation goes out at any hour."""
    at = local(f"2026-11-24 {clock}")
    ringing, silent = Thread(name="ringing", interrupts=True), Thread()
    expected = [silent] if quiet else [ringing, silent]
    assert carriers.open_at(at, [ringing, silent]) == expected
    if quiet:
        with pytest.raises(NoCarrier):
            carriers.open_at(at, [ringing])


@pytest.mark.clause("IN-54")
def test_at_night_the_conversation_gets_its_message(
    inquiry: Inquiry, agent: User
) -> None:
    services.reply(
        inquiry, text="八百元。", by=agent, at=after(10), answers=["operation_use"]
    )
    night = local("2026-11-24 02:00")
    finish(inquiry, by=agent, at=night, intent="clear", consent=True)
    assert send_due(night + AUTOMATIC_AFTER) == 1
