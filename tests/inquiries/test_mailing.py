"""The follow-up by e-mail: once, not at night, and only to who still agrees."""

import smtplib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings as configured
from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from pytest_django import Settings

from customers.models import Customer
from inquiries import services
from inquiries.links import thread_path
from inquiries.models import Delivery, Inquiry
from inquiries.services import follow_ups, mailing
from inquiries.services.follow_ups import AUTOMATIC_AFTER
from inquiries.services.mailing import LEASE, RETRY_AFTER
from staff.models import User
from tests.factories import InquiryFactory
from tests.finishing import finish
from tests.inquiries.snapshot import everything
from tests.instants import MICROSECOND, Hand, after, local
from tickets.models import Ticket
from tickets.services.events import broken_links

pytestmark = pytest.mark.django_db

ADDRESS = "wang@example.com"
END = after(60)
SENT = END + AUTOMATIC_AFTER
FAILURES: list[Exception | None] = []


class Stubborn(BaseEmailBackend):
    """A mail server that answers as `FAILURES` says, then takes what it gets."""

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        failure = FAILURES.pop(0) if FAILURES else None
        if failure is not None:
            raise failure
        mail.outbox.extend(messages)
        return len(messages)


class Away(BaseEmailBackend):
    """A mail server that cannot be reached."""

    def open(self) -> bool:
        raise ConnectionRefusedError

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        raise AssertionError


@pytest.fixture(autouse=True)
def _mail_is_set_up(settings: Settings) -> None:
    settings.MAIL_CONFIGURED = True
    settings.EMAIL_BACKEND = f"{__name__}.{Stubborn.__name__}"
    FAILURES.clear()


def ended_at(inquiry: Inquiry, agent: User, at: datetime, **more: Any) -> Inquiry:
    """A finished conversation whose customer wants to rent and gave an address."""
    services.note_email(inquiry, email=ADDRESS, by=None, at=after(5))
    services.reply(
        inquiry, text="八百元。", by=agent, at=after(10), answers=["operation_use"]
    )
    given = {"intent": "clear", "consent": True} | more
    return finish(inquiry, by=agent, at=at, **given)


@pytest.fixture
def ended(inquiry: Inquiry, agent: User) -> Inquiry:
    return ended_at(inquiry, agent, END)


@pytest.fixture
def followed_up(ended: Inquiry) -> Inquiry:
    assert follow_ups.send_due(clock=Hand(SENT)) == 1
    return ended


def send(at: datetime) -> int:
    return mailing.send_mails(clock=Hand(at))


def the_one() -> Delivery:
    return Delivery.objects.select_related("follow_up").get()


def record(inquiry: Inquiry) -> list[tuple[str, str, str]]:
    events = inquiry.events.filter(verb__contains="mailed").order_by("sequence")
    return [(e.verb, e.data["status"], e.data.get("reason", "")) for e in events]


@pytest.mark.clause("IN-55")
def test_the_mail_says_what_the_conversation_says_and_how_to_stop_it(
    followed_up: Inquiry,
) -> None:
    assert send(SENT) == 1
    (message,) = mail.outbox
    page = f"{configured.SITE_URL}{thread_path(followed_up)}"
    text = the_one().follow_up.text
    assert message.to == [ADDRESS]
    assert message.subject == f"您的直播设备租赁咨询要点（{followed_up.number}）"
    assert message.body == (
        f"{text}\n\n不想再收到这类消息？请打开 {page}#contact ，点“不再接收”。"
        "此邮件由系统发出，回复请在咨询页面留言。\n"
    )
    assert message.extra_headers["List-Unsubscribe"] == f"<{page}#contact>"
    assert message.extra_headers["Auto-Submitted"] == "auto-generated"
    assert (the_one().status, the_one().ended_at, the_one().tries) == ("sent", SENT, 1)
    assert record(followed_up) == [("follow_up_mailed", "sent", "")]
    sent = followed_up.events.get(verb="followed_up")
    assert sent.data["carriers"] == ["thread", "mail"]
    assert broken_links(Ticket.objects.get()) == []


@pytest.mark.clause("IN-55")
def test_a_job_that_runs_twice_mails_once(followed_up: Inquiry) -> None:
    send(SENT)
    before = everything()
    assert send(SENT + timedelta(days=9)) == 0
    assert len(mail.outbox) == 1
    assert everything() == before


@pytest.mark.clause("IN-55")
def test_without_an_address_or_a_server_only_the_conversation_is_used(
    inquiry: Inquiry, agent: User, settings: Settings
) -> None:
    settings.MAIL_CONFIGURED = False
    ended_at(inquiry, agent, END)
    follow_ups.send_due(clock=Hand(SENT))
    assert not Delivery.objects.exists()
    assert inquiry.events.get(verb="followed_up").data["carriers"] == ["thread"]


@pytest.mark.clause("IN-55")
def test_at_night_the_mail_waits_for_the_morning_and_the_promise_is_kept(
    inquiry: Inquiry, agent: User
) -> None:
    night = local("2026-11-24 22:30")
    ended_at(inquiry, agent, night)
    follow_ups.send_due(clock=Hand(night + AUTOMATIC_AFTER))
    clock = inquiry.follow_ups.get().clock
    assert clock is not None
    clock.refresh_from_db()
    assert clock.outcome == "met"
    morning = local("2026-11-25 08:00")
    assert the_one().next_at == morning
    assert send(morning - MICROSECOND) == 0
    assert send(morning) == 1


@pytest.mark.parametrize("failure", [ConnectionRefusedError(), smtplib.SMTPDataError])
def test_what_clearly_did_not_leave_is_tried_later_and_later(
    followed_up: Inquiry, settings: Settings, failure: object
) -> None:
    """Not reached at all, or refused for now."""
    at = SENT
    for pause in RETRY_AFTER:
        if failure is smtplib.SMTPDataError:
            FAILURES[:] = [smtplib.SMTPDataError(451, b"later")]
        else:
            settings.EMAIL_BACKEND = f"{__name__}.{Away.__name__}"
        assert send(at) == 0
        assert (the_one().status, the_one().next_at) == ("waiting", at + pause)
        assert send(at + pause - MICROSECOND) == 0
        at += pause
    assert the_one().tries == len(RETRY_AFTER)
    settings.EMAIL_BACKEND = f"{__name__}.{Stubborn.__name__}"
    assert send(at) == 1
    assert record(followed_up) == [("follow_up_mailed", "sent", "")]


def test_a_server_that_never_answers_is_given_up_with_the_reason(
    followed_up: Inquiry, settings: Settings
) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.{Away.__name__}"
    at = SENT
    for pause in (*RETRY_AFTER, timedelta(0)):
        send(at)
        at += pause
    assert the_one().status == "failed"
    assert record(followed_up) == [
        ("follow_up_not_mailed", "failed", "ConnectionRefusedError")
    ]


@pytest.mark.parametrize(
    ("failure", "status", "remark"),
    [
        (
            smtplib.SMTPRecipientsRefused({ADDRESS: (550, b"no such user")}),
            "failed",
            "SMTPRecipientsRefused 550",
        ),
        (smtplib.SMTPDataError(554, b"spam"), "failed", "SMTPDataError 554"),
        (TimeoutError(), "unknown", "TimeoutError"),
        (
            smtplib.SMTPServerDisconnected("gone"),
            "unknown",
            "SMTPServerDisconnected",
        ),
    ],
)
def test_what_was_refused_for_good_or_may_have_left_is_never_sent_again(
    followed_up: Inquiry, failure: Exception, status: str, remark: str
) -> None:
    FAILURES[:] = [failure]
    assert send(SENT) == 0
    assert (the_one().status, the_one().remark) == (status, remark)
    assert ADDRESS not in the_one().remark
    assert record(followed_up) == [("follow_up_not_mailed", status, remark)]
    assert send(SENT + timedelta(days=2)) == 0
    assert mail.outbox == []


def test_a_sender_that_dies_leaves_it_unknown_and_nobody_sends_it_again(
    followed_up: Inquiry,
) -> None:
    assert mailing.begin(the_one(), at=SENT) is not None
    assert send(SENT + LEASE - MICROSECOND) == 0
    assert the_one().status == "sending"
    assert send(SENT + LEASE) == 0
    assert (the_one().status, the_one().remark) == ("unknown", "interrupted")
    assert mail.outbox == []


def test_a_mail_that_is_being_sent_is_begun_by_nobody_else(
    followed_up: Inquiry,
) -> None:
    first = the_one()
    assert mailing.begin(first, at=SENT) is not None
    assert mailing.begin(first, at=SENT) is None
    assert the_one().tries == 1


@pytest.mark.clause("IN-54")
@pytest.mark.parametrize("by_customer", [True, False])
def test_who_takes_the_agreement_back_gets_nothing_any_more(
    ended: Inquiry, agent: User, *, by_customer: bool
) -> None:
    by = None if by_customer else agent
    for seconds in (100, 110):
        services.withdraw_consent(ended, by=by, at=after(seconds))
    follow_up = ended.follow_ups.get()
    assert (follow_up.status, follow_up.reason) == ("cancelled", "withdrawn")
    assert follow_ups.send_due(clock=Hand(SENT)) == 0
    (event,) = ended.events.filter(verb="consent_withdrawn")
    assert (event.actor, event.at) == (by, after(100))
    (ended_event,) = ended.events.filter(verb="follow_up_not_sent")
    assert ended_event.data["reason"] == "withdrawn"
    customer = Customer.objects.get()
    assert customer.consented_at is None
    assert customer.forget_at == after(100) + timedelta(days=7)


@pytest.mark.clause("IN-54")
def test_a_mail_that_waits_is_cancelled_with_the_agreement(
    followed_up: Inquiry,
) -> None:
    services.withdraw_consent(followed_up, by=None, at=SENT)
    assert send(SENT) == 0
    assert (the_one().status, the_one().remark) == ("cancelled", "withdrawn")
    assert record(followed_up) == [("follow_up_not_mailed", "cancelled", "withdrawn")]


@pytest.mark.clause("IN-54")
def test_one_no_counts_for_every_conversation_of_the_customer(
    followed_up: Inquiry, agent: User
) -> None:
    other = InquiryFactory.create(at=after(2))
    ended_at(other, agent, after(70))
    services.withdraw_consent(followed_up, by=None, at=SENT)
    assert other.follow_ups.get().reason == "withdrawn"
    assert not other.events.filter(verb="consent_withdrawn").exists()
    assert other.events.filter(verb="follow_up_not_sent").count() == 1


def test_an_address_that_is_gone_when_its_turn_comes_is_said_so(
    followed_up: Inquiry, agent: User
) -> None:
    services.note_email(followed_up, email="", by=agent, at=SENT)
    assert send(SENT) == 0
    assert (the_one().status, the_one().remark) == ("cancelled", "no_carrier")


def test_who_takes_the_conversation_up_again_gets_no_mail_of_its_end(
    followed_up: Inquiry,
) -> None:
    services.reopen(followed_up, by=None, at=SENT)
    assert send(SENT) == 0
    assert (the_one().status, the_one().remark) == ("cancelled", "reopened")


def test_the_customer_agrees_on_their_own_page_with_an_address(
    inquiry: Inquiry,
) -> None:
    for seconds in (20, 30):
        services.agree(inquiry, email=ADDRESS, at=after(seconds))
    customer = Customer.objects.get()
    assert (customer.consented_at, customer.email_masked) == (
        after(20),
        "w***@example.com",
    )
    verbs = ["email_noted", "consent_given"]
    found = inquiry.events.filter(verb__in=verbs).values_list("verb", "actor")
    assert list(found) == [(verb, None) for verb in verbs]


@pytest.mark.clause("IN-54")
def test_what_the_system_sends_is_the_systems_deed_whoever_wrote_it(
    ended: Inquiry, agent: User
) -> None:
    text = "感谢您的咨询,为您整理：两台摄像机三天八百元。"
    services.edit_follow_up(ended, text=text, by=agent, at=after(100))
    last = after(60, hours=1, minutes=45)
    assert follow_ups.send_due(clock=Hand(last)) == 1
    event = ended.events.get(verb="followed_up")
    assert (event.actor, event.data["written_by"]) == (None, agent.pk)
    message = ended.messages.latest("pk")
    assert (message.text, message.author) == (text, agent)
    clock = ended.follow_ups.get().clock
    assert clock is not None
    assert [e.actor for e in clock.events.filter(kind="fulfil")] == [None]


def test_no_word_of_a_person_stands_in_a_header(ended: Inquiry, agent: User) -> None:
    text = "感谢您的咨询,为您整理\nBcc: b@example.com\r\nSubject: x"
    services.send_follow_up(ended, text=text, by=agent, at=after(100))
    assert send(after(100)) == 1
    (message,) = mail.outbox
    raw = message.message()
    assert raw.get_all("Bcc") is None
    assert len(raw.get_all("Subject", [])) == 1
    assert message.recipients() == [ADDRESS]
