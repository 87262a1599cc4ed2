"""Escalations by mail: one a minute and person, tried again, and never more than said."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.conf import settings as django_settings
from django.core import mail
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage
from pytest_django import Settings

from helpdesk import mailing, tasks
from helpdesk.settings import mail_server as read_url
from inquiries import services
from inquiries.models import Inquiry
from sla import detector
from sla.models import Medium, Notification
from sla.services import alerts, outbox
from staff.models import Role, User
from tests.factories import InquiryFactory, UserFactory
from tests.instants import Hand, after
from tests.sla.ladders import publish_ladder, rung
from tests.smtp import Mailbox, mail_server

pytestmark = pytest.mark.django_db

MANAGER = "manager@example.cn"
SUPERVISOR = "supervisor@example.cn"


@pytest.fixture(autouse=True)
def _configured(settings: Settings) -> None:
    settings.MAIL_CONFIGURED = True
    settings.SITE_URL = "https://desk.example.cn"
    settings.DEFAULT_FROM_EMAIL = "shoushi@example.cn"


@pytest.fixture(autouse=True)
def _ladder() -> None:
    """The manager gets a mail at the deadline, the supervisor a minute later."""
    publish_ladder(
        rung("manager", by_mail=True),
        rung("supervisor", minutes=1, by_mail=True),
    )


@pytest.fixture
def manager() -> User:
    return UserFactory.create(role=Role.MANAGER, email=MANAGER)


@pytest.fixture
def supervisor() -> User:
    return UserFactory.create(role=Role.SUPERVISOR, email=SUPERVISOR)


@pytest.fixture
def smtp(settings: Settings) -> Iterator[Mailbox]:
    """A real mail server in place of Django's box in memory."""
    with mail_server() as box:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST = "127.0.0.1"
        settings.EMAIL_PORT = box.port
        yield box


def miss(count: int = 1, *, at: datetime | None = None) -> list[Inquiry]:
    """Questions that nobody answers within 30 seconds."""
    asked = at or after(0)
    inquiries = [InquiryFactory.create(at=asked) for _ in range(count)]
    look(asked + timedelta(seconds=31))
    return inquiries


def look(at: datetime) -> None:
    detector.sweep(clock=Hand(at))
    alerts.announce(at=at)


def send(at: datetime) -> int:
    return mailing.send_notices(clock=Hand(at))


def waiting() -> list[Notification]:
    return list(Notification.objects.filter(medium=Medium.MAIL, sent_at=None))


def test_a_mail_says_what_is_late_and_where_but_nothing_of_the_customer(
    manager: User,
) -> None:
    (inquiry,) = miss()
    assert send(after(32)) == 1
    (message,) = mail.outbox
    assert message.to == [MANAGER]
    assert message.from_email == "shoushi@example.cn"
    assert inquiry.number in message.subject
    assert "首次回复" in message.subject
    body = str(message.body)
    assert f"https://desk.example.cn/desk/inquiries/{inquiry.number}/" in body
    assert "2026-11-23 10:00:30" in body
    assert "IN-24" in body
    for secret in ("王", "8000", "13800138000", "摄像机"):
        assert secret not in message.subject + body
    assert message.extra_headers["Auto-Submitted"] == "auto-generated"


def test_nobody_gets_a_mail_where_no_server_is_named(
    manager: User, settings: Settings
) -> None:
    settings.MAIL_CONFIGURED = False
    miss()
    assert waiting() == []
    assert send(after(32)) == 0


def test_rungs_that_do_not_go_by_mail_send_none(manager: User) -> None:
    publish_ladder(rung("manager"))
    miss(at=after(1))
    assert waiting() == []
    assert Notification.objects.filter(recipient=manager).count() == 1


def test_who_has_no_address_is_told_in_the_product_alone() -> None:
    manager = UserFactory.create(role=Role.MANAGER)
    miss()
    assert waiting() == []
    assert Notification.objects.filter(recipient=manager).count() == 1


def test_many_promises_go_in_one_mail_of_twenty_lines(manager: User) -> None:
    inquiries = miss(25)
    assert send(after(32)) == 1
    (message,) = mail.outbox
    assert "25" in message.subject
    body = str(message.body)
    assert sum(inquiry.number in body for inquiry in inquiries) == 20
    assert "另有 5 项" in body
    assert waiting() == []


def test_nobody_gets_two_mails_within_a_minute(manager: User) -> None:
    miss()
    assert send(after(32)) == 1
    miss(2, at=after(20))
    assert [send(after(second)) for second in (52, 62, 82, 92, 102)] == [0, 0, 0, 1, 0]
    assert "2" in mail.outbox[1].subject


def test_others_do_not_wait_for_whoever_had_one(
    manager: User, supervisor: User
) -> None:
    miss()
    assert send(after(32)) == 1
    look(after(91))
    assert send(after(92)) == 1
    assert [message.to for message in mail.outbox] == [[MANAGER], [SUPERVISOR]]
    assert re.search("客服主管 · .*1 分钟", str(mail.outbox[1].body))


def test_mails_are_announced_in_chinese_whoever_asks(manager: User) -> None:
    miss(2)
    send(after(32))
    (message,) = mail.outbox
    assert "promise" not in message.subject
    assert "Deadline" not in str(message.body)


# --- A real server -------------------------------------------------------------------


def test_a_mail_arrives_as_it_was_written(smtp: Mailbox, manager: User) -> None:
    (inquiry,) = miss()
    assert send(after(32)) == 1
    (message,) = smtp.of(MANAGER)
    assert inquiry.number in str(message["Subject"])
    assert inquiry.number in message.get_content()
    assert message["Message-ID"].endswith("@desk.example.cn>")


def test_an_address_that_is_refused_does_not_stop_the_others(
    smtp: Mailbox, manager: User, caplog: pytest.LogCaptureFixture
) -> None:
    other = UserFactory.create(role=Role.MANAGER, email="other@example.cn")
    smtp.unknown = {MANAGER}
    miss()
    assert send(after(32)) == 1
    assert len(smtp.of(other.email)) == 1
    (row,) = waiting()
    assert (row.recipient, row.attempts) == (manager, 1)
    assert row.retry_at == after(92)
    assert (
        f"mail to person {manager.pk} not sent (SMTPRecipientsRefused)" in caplog.text
    )
    assert MANAGER not in caplog.text


def test_a_server_that_hangs_up_or_is_away_is_tried_again(
    smtp: Mailbox, manager: User, settings: Settings
) -> None:
    miss()
    smtp.hangs_up = True
    assert send(after(32)) == 0
    smtp.hangs_up = False
    assert send(after(91)) == 0
    assert send(after(92)) == 1
    assert len(smtp.of(MANAGER)) == 1
    settings.EMAIL_PORT = 1
    miss(at=after(100))
    assert send(after(300)) == 0
    settings.EMAIL_PORT = smtp.port
    assert send(after(360)) == 1


def test_after_six_attempts_a_mail_is_given_up(
    smtp: Mailbox, manager: User, caplog: pytest.LogCaptureFixture
) -> None:
    smtp.unknown = {MANAGER}
    miss()
    at = after(32)
    gaps = []
    for _ in range(6):
        assert send(at) == 0
        row = Notification.objects.get(medium=Medium.MAIL)
        if row.retry_at and row.failed_at is None:
            gaps.append((row.retry_at - at) / timedelta(minutes=1))
            assert send(row.retry_at - timedelta(seconds=1)) == 0
            at = row.retry_at
    assert gaps == [1, 5, 15, 60, 60]
    assert (row.attempts, row.failed_at) == (6, at)
    assert "mail with 1 notices was given up" in caplog.text
    assert MANAGER not in caplog.text
    smtp.unknown = set()
    assert send(at + timedelta(days=1)) == 0
    assert smtp.arrived == []


def test_a_mail_that_cannot_be_written_does_not_stop_the_others(
    manager: User, supervisor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    miss()
    look(after(91))
    compose = mailing.compose

    def fail_for_the_manager(parcel: outbox.Parcel) -> EmailMessage:
        if parcel.recipient == manager:
            raise KeyError("nonsense")
        return compose(parcel)

    monkeypatch.setattr(mailing, "compose", fail_for_the_manager)
    assert send(after(92)) == 1
    assert mail.outbox[0].to == [SUPERVISOR]


def test_an_address_with_nonsense_in_it_does_not_stop_the_others(
    manager: User, supervisor: User
) -> None:
    User.objects.filter(pk=manager.pk).update(email="a@b\nBcc: all@example.cn")
    miss()
    look(after(91))
    assert send(after(92)) == 1
    assert mail.outbox[0].to == [SUPERVISOR]


# --- Dying in between ----------------------------------------------------------------


def test_who_dies_between_sending_and_marking_sends_twice_at_most(
    smtp: Mailbox, manager: User
) -> None:
    miss()

    class Killed(BaseException):
        pass

    def kill(*_args: object, **_options: object) -> None:
        raise Killed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outbox, "sent", kill)
        with pytest.raises(Killed):
            send(after(32))
    assert send(after(33)) == 0
    assert send(after(32, minutes=5) - timedelta(seconds=1)) == 0
    assert send(after(32, minutes=5)) == 1
    first, second = smtp.of(MANAGER)
    assert first["Message-ID"] == second["Message-ID"]
    assert send(after(hours=3)) == 0


def test_what_comes_while_a_mail_is_sent_goes_with_the_next_one(
    smtp: Mailbox, manager: User
) -> None:
    miss(25)
    parcel = outbox.claim(at=after(32))
    assert parcel is not None
    miss(25, at=after(2))
    assert outbox.claim(at=after(34)) is None
    outbox.sent(parcel, at=after(35))
    assert parcel.events == 25
    later = outbox.claim(at=after(100))
    assert later is not None
    assert later.events == 25


def test_a_mail_that_kills_its_sender_each_time_is_given_up(manager: User) -> None:
    miss()
    for attempt in range(6):
        assert outbox.claim(at=after(32, minutes=5 * attempt)) is not None
    assert send(after(minutes=31)) == 0
    assert Notification.objects.get(medium=Medium.MAIL).failed_at == after(minutes=31)


def test_nobody_gets_mail_after_leaving(manager: User) -> None:
    miss()
    User.objects.filter(pk=manager.pk).update(is_active=False)
    assert send(after(32)) == 0
    assert mail.outbox == []
    assert Notification.objects.get(medium=Medium.MAIL).failed_at == after(32)


def test_a_slow_server_keeps_no_job_longer_than_a_few_seconds(
    smtp: Mailbox, manager: User
) -> None:
    for place in range(8):
        UserFactory.create(role=Role.MANAGER, email=f"m{place}@example.cn")
    smtp.on_arrival = lambda: time.sleep(0.1)
    miss()
    before = mailing.send_notices(clock=Hand(after(32)), seconds=0.25)
    assert 0 < before < 9
    assert mailing.send_notices(clock=Hand(after(33)), seconds=60) == 9 - before
    assert len(smtp.arrived) == 9


def test_two_jobs_at_once_send_each_mail_once(
    smtp: Mailbox, transactional_db: None
) -> None:
    """One claims while the other has a transaction open on the same person."""
    from threading import Thread  # noqa: PLC0415

    from django.db import connection  # noqa: PLC0415

    people = [
        UserFactory.create(role=Role.MANAGER, email=f"m{place}@example.cn")
        for place in range(12)
    ]
    publish_ladder(rung("manager", by_mail=True))
    miss(3)

    def job() -> None:
        try:
            send(after(32))
        finally:
            connection.close()

    threads = [Thread(target=job) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    send(after(33))
    assert sorted(to for to, _ in smtp.arrived) == sorted(p.email for p in people)


def test_the_job_reads_the_time_of_day(manager: User) -> None:
    InquiryFactory.create(at=datetime.fromisoformat("2026-11-23T02:00:00Z"))
    look(after(40))
    assert tasks.send_notices() == 1
    assert tasks.send_notices() == 0


# --- Settings ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp+ssl://desk%40example.cn:p%2Fw@mail.example.cn:465", (465, True, False)),
        ("smtps://desk:secret@mail.example.cn", (465, True, False)),
        ("smtp+tls://desk:secret@mail.example.cn", (587, False, True)),
        ("smtp://127.0.0.1:25", (25, False, False)),
    ],
)
def test_the_address_of_a_mail_server_says_all(
    url: str, expected: tuple[int, bool, bool]
) -> None:
    server = read_url(url)
    found = (
        server["EMAIL_PORT"],
        server.get("EMAIL_USE_SSL", False),
        server.get("EMAIL_USE_TLS", False),
    )
    assert found == expected


@pytest.mark.parametrize(
    "url", ["mail.example.cn", "http://mail.example.cn", "smtp://", "smtp://host:port"]
)
def test_nonsense_stops_the_start(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="EMAIL_URL names no mail server"):
        read_url(url)


def test_without_an_address_mails_go_nowhere() -> None:
    assert read_url("")["EMAIL_BACKEND"].endswith("dummy.EmailBackend")


def test_the_start_stops_with_one_clear_line() -> None:
    found = subprocess.run(
        [sys.executable, "manage.py", "check"],
        env={**os.environ, "EMAIL_URL": "nonsense"},
        cwd=django_settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode != 0
    assert "EMAIL_URL names no mail server" in found.stderr


def test_services_know_nothing_of_mail_servers(manager: User) -> None:
    """An answer goes out at once, whatever mails wait."""
    (inquiry,) = miss()
    agent = UserFactory.create()
    services.reply(inquiry, text="抱歉，久等了。", by=agent, at=after(40))
    assert mail.outbox == []
