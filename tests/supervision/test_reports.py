"""Weekly and monthly reports: frozen once, the same on page, PDF and sheet, mailed."""

import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import DatabaseError, transaction
from django.test import Client
from openpyxl import load_workbook
from pypdf import PdfReader
from pytest_django import DjangoAssertNumQueries, Settings

from figures.models import Progress, Report, ReportMail
from figures.periods import Cycle
from figures.services import breaches, reckoning, reports
from helpdesk import report_mails
from inquiries import services
from staff.models import Role, User
from tests.factories import InquiryFactory, UserFactory
from tests.instants import Hand, local
from tickets.workflow import IllegalStep, NotAllowed

pytestmark = pytest.mark.django_db

NINE = local("2026-11-18 09:00")  # a Wednesday
MONDAY = local("2026-11-23 08:00")
FIRST = local("2026-12-01 08:00")
PAGE = "/supervision/reports/"
WEEK = f"{PAGE}week/2026-11-16/"
MONTH = f"{PAGE}month/2026-11-01/"
SECOND = timedelta(seconds=1)


@pytest.fixture
def manager(db: None) -> User:
    return UserFactory.create(role=Role.MANAGER, email="zhou@example.com")


@pytest.fixture
def door(client: Client, manager: User) -> Client:
    client.force_login(manager)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def a_week() -> None:
    """Two answers in time and one late; the week before, one in time."""
    agent = UserFactory.create()
    for days, after in ((0, 5), (0, 30), (0, 50), (-7, 10)):
        at = NINE + timedelta(days=days)
        asked = InquiryFactory.create(at=at, phone="")
        services.greet(asked, by=agent, at=at + after * SECOND)
    breaches.reckon(since=NINE - timedelta(days=9), until=MONDAY, at=MONDAY)
    reckoning.catch_up(at=MONDAY)


@pytest.mark.clause("CC-15")
def test_a_report_is_made_once_the_week_is_over_and_its_figures_stay() -> None:
    assert reports.make_due(at=MONDAY) == 0  # an empty house has nothing to report
    a_week()
    assert reports.make_due(at=MONDAY - timedelta(minutes=1)) == 1
    assert reports.make_due(at=MONDAY) == 0
    week = Report.objects.get()
    assert (week.first, week.last) == (date(2026, 11, 16), date(2026, 11, 22))
    (line,) = [it for it in week.content["promises"] if it["metric"] == "first_reply"]
    assert (line["met"], line["due"], line["open"]) == (2, 3, 0)
    assert line["spread"] == [30.0, 50.0, 50.0]
    assert (line["met_before"], line["due_before"]) == (1, 1)
    assert sum(count for _cause, count in week.content["causes"]) == 1
    assert week.content["worst"] == [{"weekday": 3, "hour": 9, "missed": 1, "due": 3}]
    assert week.content["cases"]["inquiry"]["count"]["arrived"] == 3
    assert week.content["cases_before"]["inquiry"]["count"]["arrived"] == 1

    InquiryFactory.create(at=FIRST, phone="")
    assert reports.make_due(at=FIRST) == 0  # not reckoned to the end of it yet
    reckoning.catch_up(at=FIRST)
    assert reports.make_due(at=FIRST) == 2
    assert reports.make_due(at=FIRST) == 0
    changes: list[Any] = [
        lambda: Report.objects.filter(pk=week.pk).update(content={}),
        lambda: Report.objects.filter(pk=week.pk).delete(),
    ]
    for change in changes:
        with (
            pytest.raises(DatabaseError, match="report_frozen"),
            transaction.atomic(),
        ):
            change()


def test_page_pdf_and_sheet_say_the_same(
    door: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    assert "No report yet" in door.get(PAGE).content.decode()
    a_week()
    reports.make_due(at=MONDAY)
    said = "2 of 3 promises were kept: 66.6 %. The period before: 100.0 %."
    listed = door.get(PAGE).content.decode()
    assert said in listed
    assert f'href="{WEEK}"' in listed
    # Session, person; the report; places and actions due.
    with django_assert_num_queries(5):
        page = door.get(WEEK).content.decode()
    assert said in page
    assert "Wednesday 09:00–10:00" in page
    pdf = door.get(f"{WEEK}file.pdf")
    text = " ".join(
        it.extract_text() for it in PdfReader(io.BytesIO(pdf.content)).pages
    )
    sheet = load_workbook(io.BytesIO(door.get(f"{WEEK}file.xlsx").content)).worksheets[
        0
    ]
    cells = [cell for row in sheet.iter_rows(values_only=True) for cell in row if cell]
    for part in (said, "First reply", "Wednesday 09:00–10:00", "Worst hours"):
        assert part in cells
        assert part in " ".join(text.split())
    assert 66.6 in cells
    assert (
        pdf["Content-Disposition"]
        == 'attachment; filename="report-week-2026-11-16.pdf"'
    )
    chinese = {"Accept-Language": "zh-CN"}
    assert "周报" in door.get(WEEK, headers=chinese).content.decode()
    for wrong in (
        f"{WEEK}file.exe",
        f"{PAGE}week/nonsense/",
        f"{PAGE}year/2026-11-16/",
    ):
        assert door.get(wrong).status_code == 404


@pytest.mark.parametrize("role", list(Role))
def test_who_reads_reports(client: Client, role: Role) -> None:
    a_week()
    reports.make_due(at=MONDAY)
    person = UserFactory.create(role=role)
    client.force_login(person)
    for path in (PAGE, WEEK, f"{WEEK}file.xlsx"):
        assert client.get(path).status_code == (200 if person.supervises else 404)
    if not person.supervises:
        with pytest.raises(NotAllowed):
            reports.release(Report.objects.get(), by=person, at=MONDAY)
        assert client.post(f"{WEEK}send/").status_code == 404


@pytest.mark.clause("CC-15")
def test_people_write_to_a_month_before_it_goes_out_and_then_everybody_gets_it(
    door: Client, manager: User, settings: Settings
) -> None:
    settings.MAIL_CONFIGURED = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    boss = UserFactory.create(role=Role.SUPERVISOR, email="boss@example.com")
    UserFactory.create(role=Role.SUPERVISOR, email="")
    UserFactory.create(role=Role.AGENT, email="agent@example.com")
    a_week()
    reckoning.catch_up(at=FIRST)
    reports.make_due(at=FIRST)
    Report.objects.filter(cycle=Cycle.WEEK).update(sent_at=FIRST)
    hand = Hand(FIRST)
    assert report_mails.send_reports(clock=hand) == 0  # waits for people's words
    month = Report.objects.get(cycle=Cycle.MONTH)
    assert month.goes_out_at == FIRST + timedelta(days=3)
    refused = door.post(MONTH, {"words": "x" * 4001})
    assert refused.status_code == 422
    written = {"words": "双十一人手不足", "improvements": "加一名客服,周静,12月"}
    written["seen"] = reports.fingerprint(month)
    for _click in range(2):
        assert door.post(MONTH, written)["Location"] == MONTH
    assert door.post(f"{MONTH}send/").status_code == 303
    hand.at = local("2026-12-31 08:00")
    assert report_mails.send_reports(clock=hand) == 2
    assert report_mails.send_reports(clock=hand) == 0
    assert {it.to[0] for it in mail.outbox} == {manager.email, boss.email}
    first = mail.outbox[0]
    assert first.subject == "月报 2026-11"
    assert "双十一人手不足" in first.body
    assert MONTH in first.body
    ((name, content, kind),) = first.attachments
    assert (name, kind) == ("report-month-2026-11-01.pdf", "application/pdf")
    assert bytes(content).startswith(b"%PDF")  # type: ignore[arg-type]
    month.refresh_from_db()
    with pytest.raises(IllegalStep):
        reports.write(month, words="", improvements="", seen="", by=boss, at=hand.at)
    assert door.post(MONTH, written).status_code == 409
    assert "加一名客服" in door.get(MONTH).content.decode()


def test_what_a_colleague_wrote_meanwhile_is_not_overwritten_unseen(
    door: Client, manager: User
) -> None:
    a_week()
    reports.make_due(at=MONDAY)
    week = Report.objects.get()
    seen = reports.fingerprint(week)
    assert f'name="seen" value="{seen}"' in door.get(WEEK).content.decode()
    reports.write(
        week, words="先写的", improvements="", seen=seen, by=manager, at=MONDAY
    )
    mine = {"words": "后写的", "improvements": "", "seen": seen}
    refused = door.post(WEEK, mine)
    page = refused.content.decode()
    assert refused.status_code == 422
    assert "A colleague has written something meanwhile" in page
    assert "后写的</textarea>" in page
    assert "<p>先写的</p>" in page
    week.refresh_from_db()
    assert week.words == "先写的"
    mine["seen"] = reports.fingerprint(week)
    assert f'value="{mine["seen"]}"' in page
    assert door.post(WEEK, mine).status_code == 303
    week.refresh_from_db()
    assert week.words == "后写的"


def test_a_house_that_was_down_makes_up_for_the_weeks_it_missed() -> None:
    a_week()
    assert reports.make_due(at=MONDAY) == 1
    later = MONDAY + timedelta(weeks=3)
    reckoning.catch_up(at=later)
    assert reports.make_due(at=later) == 4
    assert reports.make_due(at=later) == 0
    weeks = Report.objects.filter(cycle=Cycle.WEEK).order_by("first")
    assert [f"{it.first:%m-%d}" for it in weeks] == ["11-16", "11-23", "11-30", "12-07"]
    years = MONDAY + timedelta(weeks=200)
    Progress.objects.update(reckoned_until=years)
    assert reports.make_due(at=years) == 2 * reports.MOST_MADE_UP


def test_who_left_or_supervises_no_more_gets_no_report(
    manager: User, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.MAIL_CONFIGURED = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    gone, agent, mute = (
        UserFactory.create(role=Role.SUPERVISOR, email=f"{n}@example.com")
        for n in range(3)
    )
    a_week()
    reports.make_due(at=MONDAY)
    assert reports.address(at=MONDAY) == 4
    people = User.objects
    people.filter(pk=gone.pk).update(is_active=False)
    people.filter(pk=agent.pk).update(role=Role.AGENT)
    people.filter(pk=mute.pk).update(email="")
    assert report_mails.send_reports(clock=Hand(MONDAY)) == 1
    assert [it.to for it in mail.outbox] == [[manager.email]]
    assert ReportMail.objects.filter(failed_at=MONDAY, sent_at=None).count() == 3
    assert "3 reports by mail were given up" in caplog.text


def test_a_mail_that_does_not_go_out_is_tried_again_and_given_up(manager: User) -> None:
    a_week()
    reports.make_due(at=MONDAY)
    assert reports.address(at=MONDAY) == 1
    assert reports.address(at=MONDAY) == 0
    at, tried = MONDAY, []
    while mailed := reports.claim(at=at):
        assert reports.claim(at=at) is None  # nobody else takes it meanwhile
        reports.failed(mailed, at=at)
        tried.append(at)
        at += timedelta(hours=5)
    row = ReportMail.objects.get()
    assert (row.recipient, row.sent_at, row.attempts) == (manager, None, 6)
    assert (row.failed_at, len(tried)) == (tried[-1], 6)
