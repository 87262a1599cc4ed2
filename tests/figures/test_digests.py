"""When a shift has ended, each supervisor and manager is told once how it went."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from figures.models import DigestCopy, ShiftDigest
from figures.services import digest_outbox, digests
from figures.services.shift_ends import end_shifts
from helpdesk.digest_mailing import send_digests
from inquiries import services
from inquiries.models import Inquiry
from sla import detector
from staff.models import Role, Shift, User
from tests.factories import InquiryFactory, UserFactory
from tests.figures.test_shift_sheets import DAY, END, local

pytestmark = pytest.mark.django_db

LIST = "/supervision/digests/"
PAGE = f"{LIST}2026-11-23/early/"
AT = END + timedelta(seconds=5)


@pytest.fixture
def agent() -> User:
    return UserFactory.create()


@pytest.fixture
def supervisor() -> User:
    return UserFactory.create(role=Role.SUPERVISOR, email="s@example.cn")


@pytest.fixture
def manager() -> User:
    return UserFactory.create(role=Role.MANAGER, email="m@example.cn")


def asked(at: datetime, *, by: User, answered_after: int | None) -> Inquiry:
    inquiry = InquiryFactory.create(at=at)
    if answered_after is not None:
        later = at + timedelta(seconds=answered_after)
        services.take(inquiry, by=by, at=at)
        services.reply(inquiry, text="好。", by=by, at=later, answers=["operation_use"])
    return inquiry


def a_shift(agent: User) -> dict[str, Inquiry]:
    """One kept, one 11 s late, one late and open, one late in the next shift."""
    ten = local("10:00")
    made = {
        "kept": asked(ten, by=agent, answered_after=20),
        "late": asked(ten, by=agent, answered_after=41),
        "open": asked(END - timedelta(minutes=1), by=agent, answered_after=None),
        "next": asked(END - timedelta(seconds=28), by=agent, answered_after=None),
    }
    detector.sweep(clock=lambda: AT)
    return made


def test_a_digest_counts_what_fell_due_in_the_shift_to_the_unit(
    agent: User,
    supervisor: User,
    manager: User,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    made = a_shift(agent)
    early = Shift.objects.get(code="early")
    with django_assert_num_queries(14):
        digest, copies = digests.digest_of(early, DAY, at=AT)
    assert copies == 2
    said: dict[str, Any] = digest.content
    total = {"due": 3, "kept": 1, "missed": 2, "still_open": 1, "unacknowledged": 2}
    assert said["total"] == total
    (rule,) = said["rules"]
    assert {name: rule[name] for name in total} == total
    assert (rule["rule"], rule["longest_s"]) == ("IN_FIRST_REPLY", 35)
    overruns = [(it["number"], it["overrun_s"]) for it in said["latest"]]
    assert overruns == [(made["open"].number, 35), (made["late"].number, 11)]
    assert (said["waiting"], said["arrived"]) == (2, 4)
    assert digest.is_intact
    services.take(made["open"], by=agent, at=AT)
    services.reply(made["open"], text="好。", by=agent, at=AT)
    again, more = digests.digest_of(early, DAY, at=AT + timedelta(hours=1))
    assert (again.pk, again.content, more) == (digest.pk, said, 0)
    UserFactory.create(role=Role.MANAGER)
    UserFactory.create(role=Role.MANAGER, is_active=False)
    assert digests.digest_of(early, DAY, at=AT)[1] == 1
    assert DigestCopy.objects.count() == 3
    with pytest.raises(IntegrityError, match="digest_copy_once"), transaction.atomic():
        DigestCopy.objects.create(digest=digest, person=manager, created_at=AT)
    with pytest.raises(IntegrityError, match="append_only"), transaction.atomic():
        ShiftDigest.objects.update(content={})
    empty, _copies = digests.digest_of(
        Shift.objects.get(code="night"), date(2026, 11, 23), at=AT
    )
    assert empty.content["total"]["due"] == 0
    assert empty.content["latest"] == []


def test_one_reads_it_from_ones_notices_and_says_so(
    client: Client,
    agent: User,
    supervisor: User,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    made = a_shift(agent)
    assert end_shifts(at=AT) == 6
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    client.force_login(agent)
    for path in (LIST, PAGE):
        assert client.get(path).status_code == 404
    assert client.post(f"{PAGE}read/").status_code == 404
    client.force_login(supervisor)
    assert "3<" in client.get("/desk/notices/count/").content.decode()
    # Who supervises no more is not told of digests that their page no longer shows.
    User.objects.filter(pk=supervisor.pk).update(role=Role.AGENT)
    assert "3<" not in client.get("/desk/notices/count/").content.decode()
    User.objects.filter(pk=supervisor.pk).update(role=Role.SUPERVISOR)
    notices = client.get("/desk/notices/").content.decode()
    assert "3 due, 1 kept, 2 missed · longest overrun 0:35" in notices
    assert f'href="{PAGE}"' in notices
    page = client.get(PAGE).content.decode()
    assert made["open"].number in page
    assert made["kept"].number not in page
    assert DigestCopy.objects.unread(supervisor).count() == 3
    for _ in range(2):
        assert client.post(f"{PAGE}read/")["Location"] == PAGE
    assert DigestCopy.objects.unread(supervisor).count() == 2
    assert PAGE not in client.get("/desk/notices/").content.decode()
    for wrong in ("2026-11-23/noon", "x/early", "2026-11-24/early", "20261123/early"):
        assert client.get(f"{LIST}{wrong}/").status_code == 404
    assert client.get(f"{LIST}?before=x").status_code == 200
    client.get(LIST)
    with django_assert_num_queries(7):
        client.get(LIST)
    with django_assert_num_queries(6):
        client.get(PAGE)


@pytest.fixture
def _configured(settings: Settings) -> None:
    settings.MAIL_CONFIGURED = True
    settings.SITE_URL = "https://desk.example.cn"


@pytest.mark.usefixtures("_configured")
def test_it_comes_by_mail_to_whoever_wants_it_and_has_an_address(
    client: Client,
    agent: User,
    supervisor: User,
    manager: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Once; what fails is tried again, what nobody can get any more is given up."""
    nowhere = UserFactory.create(role=Role.MANAGER, email="")
    for person in (supervisor, nowhere):
        client.force_login(person)
        for _ in range(2):
            answer = client.post(f"{LIST}by-mail/", {"wanted": "yes"})
            assert answer["Location"] == LIST
    made = a_shift(agent)
    early = Shift.objects.get(code="early")
    digests.digest_of(early, DAY, at=AT)
    asked_for = DigestCopy.objects.filter(by_mail=True)
    assert [copy.person for copy in asked_for] == [supervisor]
    real: Callable[..., int] = EmailMessage.send

    def refuse(*_args: Any, **_options: Any) -> int:
        raise OSError

    monkeypatch.setattr(EmailMessage, "send", refuse)
    assert send_digests(clock=lambda: AT) == 0
    monkeypatch.setattr(EmailMessage, "send", real)
    assert send_digests(clock=lambda: AT) == 0
    later = AT + timedelta(minutes=1)
    assert send_digests(clock=lambda: later) == 1
    assert send_digests(clock=lambda: later) == 0
    (sent,) = mail.outbox
    assert sent.to == ["s@example.cn"]
    assert sent.subject == "早班 11-23：3 项承诺到期，2 项超时"
    assert f"https://desk.example.cn{PAGE}" in sent.body
    assert "IN_FIRST_REPLY" in sent.body
    assert made["open"].customer.masked not in sent.body
    client.force_login(supervisor)
    client.post(f"{LIST}by-mail/", {"wanted": "no"})
    digests.digest_of(Shift.objects.get(code="night"), DAY, at=AT)
    assert asked_for.count() == 1
    DigestCopy.objects.filter(person=manager).update(by_mail=True)
    User.objects.filter(pk=manager.pk).update(role=Role.AGENT)
    assert digest_outbox.claim(at=later) is None  # reads no digests any more
    assert digest_outbox.give_up_hopeless(at=later) == 2
    assert digest_outbox.claim(at=later) is None
