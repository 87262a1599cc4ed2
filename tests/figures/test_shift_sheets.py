"""One shift hands to the next: frozen once, signed by two, late ones told."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from figures.frozen import fingerprint
from figures.models import ShiftSheet
from figures.services import handing_over, standing_work
from figures.services.shift_ends import end_shifts
from helpdesk.supervision import warnings
from inquiries import services
from sla import detector
from staff.models import Role, Shift, User
from tests.factories import InquiryFactory, UserFactory
from tests.objections.cases import filed
from tickets.workflow import IllegalStep, NotAllowed

pytestmark = pytest.mark.django_db

DAY = date(2026, 11, 23)
URL = "/desk/shifts/2026-11-23/early/"


def local(text: str, day: date = DAY) -> datetime:
    return datetime.fromisoformat(f"{day} {text}").replace(
        tzinfo=ZoneInfo("Asia/Shanghai")
    )


END = local("16:00")


@pytest.fixture
def early() -> Shift:
    return Shift.objects.get(code="early")


@pytest.fixture
def outgoing() -> User:
    return UserFactory.create(display_name="早晓")


@pytest.fixture
def incoming() -> User:
    return UserFactory.create()


def numbers(sheet: ShiftSheet, section: str) -> list[str]:
    return [line["number"] for line in sheet.content[section]["lines"]]


def test_a_sheet_holds_what_is_open_and_nothing_of_customers(
    early: Shift, outgoing: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    waits = InquiryFactory.create(at=END - timedelta(seconds=10))
    late = InquiryFactory.create(at=END - timedelta(minutes=5), phone="13900139000")
    services.take(late, by=outgoing, at=END - timedelta(minutes=5))
    objection = filed(at=END - timedelta(minutes=1))
    detector.sweep(clock=lambda: END)
    with django_assert_num_queries(16):
        sheet = handing_over.draw_up(early, DAY, by=outgoing, at=END)
    assert numbers(sheet, "missed") == [late.number]
    assert numbers(sheet, "waiting")[:2] == [late.number, objection.number]
    assert waits.number in numbers(sheet, "waiting")
    assert numbers(sheet, "objections") == [objection.number]
    assert numbers(sheet, "owed") == []
    promises = sheet.content["promises"]["lines"]
    assert promises[0]["number"] == late.number
    assert promises[0]["state"] == "late"
    assert promises[0]["rule"] == "IN_FIRST_REPLY"
    assert promises[0]["with"] == f"早晓 {outgoing.work_number}"
    assert sheet.content["promises"]["count"] == len(promises)
    assert sheet.content["next"]["code"] == "late"
    assert sheet.content["until"] == local("00:00", date(2026, 11, 24)).isoformat()
    assert "王" not in str(sheet.content)
    assert sheet.hash == fingerprint(sheet.content)
    assert sheet.is_intact
    services.reply(late, text="好。", by=outgoing, at=END)
    again = handing_over.draw_up(early, DAY, by=None, at=END + timedelta(hours=1))
    assert (again.pk, again.made_at) == (sheet.pk, sheet.made_at)
    assert again.content == sheet.content


def test_more_lines_than_a_sheet_holds_are_counted(
    early: Shift, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standing_work, "MOST_LINES", 2)
    for _ in range(3):
        InquiryFactory.create(at=END)
    sheet = handing_over.draw_up(early, DAY, by=None, at=END)
    assert len(numbers(sheet, "waiting")) == 2
    assert sheet.content["waiting"]["count"] == 3


@pytest.mark.parametrize(
    ("at", "refused"),
    [("15:29", True), ("15:30", False), ("16:20", False)],
)
def test_it_is_drawn_up_from_half_an_hour_before_the_end(
    early: Shift, outgoing: User, at: str, *, refused: bool
) -> None:
    if refused:
        with pytest.raises(IllegalStep):
            handing_over.draw_up(early, DAY, by=outgoing, at=local(at))
    else:
        handing_over.draw_up(early, DAY, by=outgoing, at=local(at))
    with pytest.raises(IllegalStep):
        handing_over.draw_up(early, DAY - timedelta(days=2), by=outgoing, at=local(at))
    assert ShiftSheet.objects.count() == (not refused)


def test_two_people_sign_each_once_and_nothing_changes_afterwards(
    early: Shift, outgoing: User, incoming: User, english: None
) -> None:
    handler = UserFactory.create(role=Role.DEPARTMENT_HANDLER)
    sheet = handing_over.draw_up(early, DAY, by=outgoing, at=END)
    with pytest.raises(IllegalStep, match="Nobody has handed"):
        handing_over.take_over(sheet, by=incoming, at=END)
    for verb in (
        handing_over.take_over,
        lambda *a, **k: handing_over.hand_over(*a, words="", **k),
    ):
        with pytest.raises(NotAllowed):
            verb(sheet, by=handler, at=END)
    first = handing_over.hand_over(sheet, words=" 看钥匙 ", by=outgoing, at=END)
    later = END + timedelta(minutes=1)
    again = handing_over.hand_over(sheet, words="看钥匙", by=outgoing, at=later)
    assert (again.handed_at, again.words) == (first.handed_at, "看钥匙")
    for by, words in ((incoming, "看钥匙"), (outgoing, "其他")):
        with pytest.raises(IllegalStep, match="already"):
            handing_over.hand_over(sheet, words=words, by=by, at=later)
    with pytest.raises(IllegalStep, match="another person"):
        handing_over.take_over(sheet, by=outgoing, at=later)
    taken = handing_over.take_over(sheet, by=incoming, at=later)
    assert (
        handing_over.take_over(sheet, by=incoming, at=END + timedelta(hours=1)).taken_at
        == later
    )
    with pytest.raises(IllegalStep, match="has taken"):
        handing_over.take_over(sheet, by=UserFactory.create(), at=later)
    assert (taken.handed_by, taken.taken_by) == (outgoing, incoming)
    rows = ShiftSheet.objects.filter(pk=sheet.pk)
    for change in (
        {"words": "别的"},
        {"content": {}},
        {"taken_by": UserFactory.create()},
        {"handed_at": later, "handed_by": None, "words": ""},
        {"hash": "0" * 64},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**change)
    with pytest.raises(IntegrityError, match="append_only"), transaction.atomic():
        rows.delete()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("""UPDATE figures_shiftsheet SET content = '{"as_of": 1}'""")
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert not ShiftSheet.objects.get().is_intact


def test_the_database_knows_one_sheet_a_turn_and_two_different_people(
    early: Shift, outgoing: User
) -> None:
    sheet = handing_over.draw_up(early, DAY, by=outgoing, at=END)
    copy = {"since": sheet.since, "until": END, "made_at": END, "content": {}}
    with pytest.raises(IntegrityError, match="shift_sheet_once"), transaction.atomic():
        ShiftSheet.objects.create(shift=early, day=DAY, **copy)
    handing_over.hand_over(sheet, words="", by=outgoing, at=END)
    with (
        pytest.raises(IntegrityError, match="taken_by_another"),
        transaction.atomic(),
    ):
        ShiftSheet.objects.update(taken_by=outgoing, taken_at=END)


def test_supervisors_are_warned_of_signatures_that_miss_or_come_late(
    early: Shift, outgoing: User, incoming: User
) -> None:
    sheet = handing_over.draw_up(early, DAY, by=None, at=END)

    def warned(minutes: int) -> bool:
        return bool(warnings.amiss(at=END + timedelta(minutes=minutes)))

    assert [warned(m) for m in (0, 30, 31, 60 * 24 * 6)] == [False, False, True, True]
    handing_over.hand_over(sheet, words="", by=outgoing, at=END)
    assert warned(31)
    handing_over.take_over(sheet, by=incoming, at=END + timedelta(minutes=40))
    assert [warned(m) for m in (41, 60 * 25)] == [True, False]
    assert ShiftSheet.objects.get().lateness == timedelta(minutes=40)


def test_the_sheet_is_drawn_up_signed_and_read_in_the_browser(
    client: Client,
    early: Shift,
    outgoing: User,
    incoming: User,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    assert client.get(URL).status_code == 302
    client.force_login(UserFactory.create(role=Role.DEPARTMENT_HANDLER))
    assert {client.get(u).status_code for u in ("/desk/shifts/", URL)} == {404}
    assert client.post(f"{URL}draw-up/").status_code == 404
    client.force_login(outgoing)
    with time_machine.travel(local("10:00"), tick=False):
        assert "from 15:30 on" in client.get(URL).content.decode()
        assert client.post(f"{URL}draw-up/").status_code == 409
        assert client.post(f"{URL}hand-over/").status_code == 404
        for wrong in (
            "2026-11-24/early",
            "2026-13-01/early",
            "x/early",
            "9999-12-31/night",
            "20261123/early",
            "2026-11-23/noon",
        ):
            assert client.get(f"/desk/shifts/{wrong}/").status_code == 404, wrong
    with time_machine.travel(local("16:01"), tick=False):
        inquiry = InquiryFactory.create(at=local("16:00"))
        assert "Draw up the sheet" in client.get("/desk/shifts/").content.decode()
        for _ in range(2):
            assert client.post(f"{URL}draw-up/")["Location"] == URL
        page = client.get(URL).content.decode()
        assert inquiry.number in page
        assert "Hand the shift over" in page
        long = client.post(f"{URL}hand-over/", {"words": "长" * 2001})
        assert long.status_code == 422
        assert "At most 2000 characters." in long.content.decode()
        assert client.post(f"{URL}take-over/").status_code == 409
        for _ in range(2):
            answer = client.post(f"{URL}hand-over/", {"words": "<b>钥匙"})
            assert answer.status_code == 303
        assert "&lt;b&gt;钥匙" in client.get(URL).content.decode()
        assert client.post(f"{URL}take-over/").status_code == 409
        client.force_login(incoming)
        assert "take over" in client.get(URL).content.decode()
        for _ in range(2):
            assert client.post(f"{URL}take-over/").status_code == 303
        assert client.get(f"{URL}take-over/").status_code == 405
        words = client.get(URL).content.decode()
        assert "signed by both" in words
        assert "as it was frozen" in words
        with django_assert_num_queries(5):
            client.get("/desk/shifts/")
        with django_assert_num_queries(4):
            client.get(URL)
        for before in (
            "x",
            "2026-11-23",
            "2026-99-01T00:00+08:00",
            "9999-12-31T23:59:59-12:00",
        ):
            assert client.get("/desk/shifts/", {"before": before}).status_code == 200


def test_the_job_draws_up_the_last_turn_of_each_shift_once() -> None:
    at = END + timedelta(seconds=5)
    assert end_shifts(at=at) == 3
    assert end_shifts(at=at) == 0
    found = {(it.shift.code, it.day) for it in ShiftSheet.objects.all()}
    before = DAY - timedelta(days=1)  # it ended at midnight: people may draw it up yet
    assert found == {("early", DAY), ("night", DAY), ("late", before)}
    assert end_shifts(at=local("00:00", date(2026, 11, 24))) == 1
    assert ShiftSheet.objects.filter(shift__code="late", day=DAY).exists()
    assert all(it.handed_at is None for it in ShiftSheet.objects.all())
