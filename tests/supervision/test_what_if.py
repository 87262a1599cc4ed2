"""What-if: the past under other terms, to read, to repeat, and to make a draft of."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

import psycopg2
import pytest
import time_machine
from django.db import connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from customers.models import Customer
from sla import detector
from sla.metrics import Metric
from sla.models import Calendar, Clock, ClockEvent, PolicyVersion
from sla.services import calendars, clocks, pauses, versions, what_if
from sla.services.calendar_content import CalendarContent
from staff.models import Role, User
from tests.factories import AT, InquiryFactory, UserFactory, channel
from tests.instants import Hand, after, local
from tests.policies import publish
from tickets.models import Kind, Ticket

pytestmark = pytest.mark.django_db

PAGE = "/supervision/what-if/"
DRAFT = f"{PAGE}draft/"
REPLY = "standard.IN_FIRST_REPLY"
ASKED = {"rule": REPLY, "since": "2026-11-23", "until": "2026-11-23"}


@pytest.fixture(autouse=True)
def _a_week_later() -> Iterator[None]:
    """The company looks back from the last day of November."""
    with time_machine.travel(local("2026-11-30 12:00")):
        yield


def answer(client: Client, **asked: str) -> Any:
    found = client.get(PAGE, ASKED | asked)
    assert found.status_code == 200, found.context["form"].errors
    return found.context["answer"]


def wrong(client: Client, **asked: str) -> dict[str, Any]:
    found = client.get(PAGE, ASKED | asked)
    assert found.status_code == 422
    assert "answer" not in found.context
    errors: dict[str, Any] = found.context["form"].errors
    return errors


@pytest.fixture
def replies(db: None) -> list[Ticket]:
    """Asked at 10:00, answered after 10, 20, 30 and 40 s; one is withdrawn, one waits."""
    agent = UserFactory.create()
    found: list[Ticket] = []
    for seconds in (10, 20, 30, 40):
        ticket = InquiryFactory.create(phone=f"138001380{seconds}")
        clocks.stop(ticket, Metric.FIRST_REPLY, at=after(seconds), by=agent)
        found.append(ticket)
    gone = InquiryFactory.create(phone="13800138001")
    clocks.cancel_all(gone, reason=clocks.CancelReason.SPAM, at=after(15), by=agent)
    waits = InquiryFactory.create(phone="13800138002")
    detector.sweep(clock=Hand(after(60)))
    return [*found, gone, waits]


@pytest.mark.parametrize("role", list(Role))
def test_who_asks_and_who_makes_a_draft_of_it(client: Client, role: Role) -> None:
    person = UserFactory.create(role=role)
    client.force_login(person)
    read = 200 if person.supervises else 404
    asked = "rule=standard.IN_FIRST_REPLY&since=2026-11-01&until=2026-11-02&amount=9"
    refused = 403 if person.supervises else 404
    draft = 303 if person.publishes else refused
    sent = {"asked": f"{asked}&measure=seconds", "seen": what_if.seen(rule_in_force())}
    answers = [
        client.get(PAGE),
        client.get(f"{PAGE}?{asked}"),
        client.post(DRAFT, sent),
    ]
    assert [it.status_code for it in answers] == [read, read, draft]
    assert PolicyVersion.objects.drafts().exists() == person.publishes
    assert client.get(DRAFT).status_code == 405


def rule_in_force() -> Any:
    version = PolicyVersion.objects.select_related("policy").get(
        policy__code="standard"
    )
    return version.targets.get(code="IN_FIRST_REPLY")


def test_a_rule_that_stays_as_it_is_gives_what_the_clocks_say(
    desk_of_manager: Client, replies: list[Ticket]
) -> None:
    found = answer(desk_of_manager)
    assert (found.clocks, found.continued) == (6, 0)
    assert found.then == found.now
    assert (found.then.kept, found.then.missed, found.then.cancelled) == (3, 2, 1)
    assert found.then.percent == 60.0
    assert (found.newly_missed, found.newly_kept) == (0, 0)
    assert [(it.rule.version.number, it.clocks) for it in found.promised] == [(1, 6)]


def test_a_shorter_limit_says_who_would_have_been_missed_and_when(
    desk_of_manager: Client, replies: list[Ticket]
) -> None:
    page = desk_of_manager.get(
        PAGE, ASKED | {"amount": "15", "measure": "seconds", "since": "2026-11-20"}
    )
    found = page.context["answer"]
    # The one withdrawn after 15 s was in time; at 20 and 30 s it was too late.
    assert (found.now.kept, found.now.missed, found.now.cancelled) == (1, 4, 1)
    assert (found.newly_missed, found.newly_kept) == (2, 0)
    shown = [(it.clock.ticket_id, it.before, it.after) for it in found.examples]
    assert shown == [
        (ticket.pk, after(30), after(15)) for ticket in (replies[1], replies[2])
    ]
    assert f"/desk/inquiries/{replies[1].number}/" in page.content.decode()
    (ten,) = [it for it in found.hours if it.clocks]
    assert (ten.place, ten.clocks, ten.then, ten.now) == (10, 6, 2, 4)
    assert [it.place for it in found.weekdays if it.clocks] == [0]
    assert [(it.place, it.change) for it in found.days if it.clocks] == [(3, 2)]
    assert page.context["query"] == (
        "rule=standard.IN_FIRST_REPLY&since=2026-11-20&until=2026-11-23"
        "&amount=15&measure=seconds"
    )
    charts = {it.id: it.data for it in page.context["charts"]}
    assert charts["by-days"]["names"] == ["2026-11-23"]
    drawn = [(it["name"], it["values"]) for it in charts["by-days"]["series"]]
    assert drawn == [("Missed then", [2]), ("Would be missed", [4])]
    assert "None: every clock was reckoned" in page.content.decode()


def test_a_longer_limit_says_who_would_have_been_in_time(
    desk_of_manager: Client, replies: list[Ticket]
) -> None:
    found = answer(desk_of_manager, amount="1", measure="hours")
    # The one that still waits is overdue today by any such limit.
    assert (found.now.kept, found.now.missed, found.newly_kept) == (4, 1, 1)
    assert found.examples == []


def test_nothing_is_saved_and_a_few_questions_are_enough(
    desk_of_manager: Client,
    replies: list[Ticket],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    before = list(Clock.objects.order_by("pk").values())
    desk_of_manager.get(PAGE, ASKED)
    with django_assert_num_queries(23):
        answer(desk_of_manager, amount="15", measure="seconds")
    assert list(Clock.objects.order_by("pk").values()) == before
    assert not PolicyVersion.objects.drafts().exists()
    assert not ClockEvent.objects.filter(kind="recompute").exists()


def test_one_question_is_reckoned_at_a_time(
    desk_of_manager: Client, replies: list[Ticket]
) -> None:
    with psycopg2.connect(**connection.get_connection_params()) as other:
        other.cursor().execute("SELECT pg_advisory_lock(%s)", [what_if.LOCK_KEY])
        busy = desk_of_manager.get(PAGE, ASKED)
        other.cursor().execute("SELECT pg_advisory_unlock(%s)", [what_if.LOCK_KEY])
    other.close()
    assert (busy.status_code, busy["Retry-After"]) == (503, "5")
    assert "Another question is being reckoned" in busy.content.decode()
    assert "answer" not in busy.context
    assert answer(desk_of_manager).clocks == 6


def test_clocks_of_earlier_versions_are_counted_with_the_rule(
    desk_of_manager: Client, replies: list[Ticket]
) -> None:
    publish(at=after(100), IN_FIRST_REPLY={"budget": timedelta(seconds=20)})
    InquiryFactory.create(at=after(200), phone="13800138003")
    found = answer(desk_of_manager)
    assert [(it.rule.version.number, it.clocks) for it in found.promised] == [
        (2, 1),
        (1, 6),
    ]
    # The one that was answered after 30 s had that much time then.
    assert (found.newly_missed, found.newly_kept) == (1, 0)


def test_more_hours_and_another_calendar_move_deadlines(
    desk_of_manager: Client,
) -> None:
    ticket = objection(at=local("2026-11-27 20:00"), seconds=0)
    asked = {
        "rule": "standard.OB_HANDOFF",
        "since": "2026-11-27",
        "until": "2026-11-27",
        "amount": "2",
        "measure": "hours",
        "calendar": "objection_service",
    }
    clock = ticket.clocks.get(metric=Metric.HANDOFF)
    clocks.stop(ticket, Metric.HANDOFF, at=local("2026-11-27 22:30"), by=None)
    plain = answer(desk_of_manager, **asked)
    assert plain.now.kept == 1
    more = answer(desk_of_manager, **asked, cover="workdays", hours="21:00-24:00")
    assert (more.now.missed, more.then.missed) == (
        1,
        int(clock.due_at < local("2026-11-27 22:30")),
    )
    # On a Friday no hours of weekends are open.
    rest = answer(desk_of_manager, **asked, cover="other_days", hours="21:00-24:00")
    assert rest.now.kept == 1


def objection(*, at: Any, seconds: int) -> Ticket:
    """A bare objection with the promise to hand it on."""
    ticket = Ticket.objects.create(
        number=f"OB{seconds:06d}",
        kind=Kind.OBJECTION,
        channel=channel(),
        customer=Customer.objects.create(surname="王", created_at=at),
        status="received",
        created_at=at,
    )
    facts = {"type": "quality", "severity": "normal"}
    assert clocks.start(ticket, Metric.HANDOFF, at=at, facts=facts)
    return ticket


BAD: Final[list[tuple[dict[str, str], str, str]]] = [
    (
        {"amount": "0", "measure": "seconds"},
        "amount",
        "Between 1 second and 400 days.",
    ),
    (
        {"amount": "-5", "measure": "minutes"},
        "amount",
        "Between 1 second and 400 days.",
    ),
    (
        {"amount": "9601", "measure": "hours"},
        "amount",
        "Between 1 second and 400 days.",
    ),
    ({"amount": "NaN"}, "amount", "Enter a number."),
    (
        {"amount": "1.5", "measure": "working_days", "calendar": "working_day"},
        "amount",
        "Days are counted whole.",
    ),
    (
        {"amount": "2", "measure": "working_days"},
        "calendar",
        "Days are counted on a calendar.",
    ),
    (
        {"measure": "fortnights"},
        "measure",
        "Select a valid choice. fortnights is not one of the available choices.",
    ),
    ({"calendar": "nowhere"}, "calendar", "There is no such calendar."),
    ({"rule": "standard.NONE"}, "rule", "No such rule is in force."),
    ({"rule": ""}, "rule", "This field is required."),
    ({"since": ""}, "since", "This field is required."),
    ({"since": "2026-13-01"}, "since", "Enter a valid date."),
    ({"since": "2026-11-24"}, "until", "The period ends before it begins."),
    (
        {"since": "9998-01-01", "until": "9999-12-31"},
        "since",
        "That is still to come.",
    ),
    ({"until": "9999-12-31"}, "until", "That is still to come."),
    ({"since": "2025-11-22"}, "until", "At most 366 days."),
    ({"since": "2019-12-31", "until": "2020-01-02"}, "since", "Not before 2020."),
    (
        {"cover": "workdays", "hours": "21:00-24:00"},
        "cover",
        "This counts day and night: more hours change nothing.",
    ),
    (
        {"cover": "workdays", "calendar": "working_day"},
        "hours",
        "Write the hours: 21:00-24:00.",
    ),
    ({"hours": "21:00-24:00"}, "cover", "Say on which days."),
    (
        {"cover": "workdays", "hours": "tonight", "calendar": "working_day"},
        "hours",
        "“tonight” says no hours. Write 09:00-12:00, 14:00-21:00.",
    ),
    (
        {"cover": "workdays", "hours": "20:00-08:00", "calendar": "working_day"},
        "hours",
        "20:00-08:00: it closes before it opens.",
    ),
    (
        {"cover": "workdays", "hours": "22:00-56:00", "calendar": "working_day"},
        "hours",
        "22:00-56:00: hours lie outside of the day.",
    ),
    (
        {
            "cover": "every_day",
            "hours": "21:00-34:00",
            "calendar": "objection_service",
            "amount": "1",
            "measure": "hours",
        },
        "hours",
        "Monday: opening hours overlap.",
    ),
]


def test_a_bad_question_is_answered_beside_the_field(desk_of_manager: Client) -> None:
    for asked, field, words in BAD:
        assert words in wrong(desk_of_manager, **asked).get(field, []), asked


def test_a_limit_of_a_year_is_not_over_yet(desk_of_manager: Client) -> None:
    InquiryFactory.create()
    found = answer(desk_of_manager, amount="8760", measure="hours")
    assert (found.clocks, found.then.missed, found.now.open) == (1, 1, 1)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_fresh_page_suggests_the_last_thirty_days(
    desk_of_manager: Client, language: str
) -> None:
    page = desk_of_manager.get(PAGE, HTTP_ACCEPT_LANGUAGE=language).content.decode()
    for name, day in (("since", "2026-11-01"), ("until", "2026-11-30")):
        assert f'name="{name}" value="{day}"' in page


def test_an_empty_period_says_what_would_appear(desk_of_manager: Client) -> None:
    page = desk_of_manager.get(PAGE, ASKED)
    assert page.context["answer"].clocks == 0
    assert "No clock of this rule started in this period" in page.content.decode()


def test_a_year_whose_holidays_are_not_loaded_is_told(desk_of_manager: Client) -> None:
    objection(at=local("2025-12-31 20:00"), seconds=1)
    page = desk_of_manager.get(
        PAGE,
        {
            "rule": "standard.OB_HANDOFF",
            "since": "2025-12-30",
            "until": "2026-01-02",
            "amount": "3",
            "measure": "working_days",
            "calendar": "working_day",
        },
    )
    found = page.context["answer"]
    assert (found.guessed, found.missing_years) == (1, [2025])
    assert "whose holidays are not loaded (2025)" in page.content.decode()


def test_more_clocks_than_a_page_can_wait_for_are_refused_in_words(
    desk_of_manager: Client, replies: list[Ticket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(what_if, "MOST_CLOCKS", 6)
    assert answer(desk_of_manager).clocks == 6
    monkeypatch.setattr(what_if, "MOST_CLOCKS", 5)
    refusal = "More than 5 clocks. Choose a shorter period."
    assert wrong(desk_of_manager)["until"] == [refusal]


# --- The draft ------------------------------------------------------------------------


def sent(client: Client, **asked: str) -> dict[str, str]:
    """The form behind the button, as a page shows it."""
    page = client.get(PAGE, ASKED | asked).context
    return {"asked": page["query"], "seen": page["seen"]}


def test_a_draft_has_the_other_limit_and_names_the_figures(
    desk_of_manager: Client, manager: User
) -> None:
    form = sent(desk_of_manager, amount="20", measure="seconds")
    for _ in range(2):  # a double click
        answered = desk_of_manager.post(DRAFT, form)
        assert answered.status_code == 303
        assert (
            answered["Location"]
            == "/supervision/policy/standard/2/#rule-IN_FIRST_REPLY"
        )
    (draft,) = PolicyVersion.objects.drafts()
    assert (draft.author, draft.note) == (manager, f"{PAGE}?{form['asked']}")
    changed = draft.targets.get(code="IN_FIRST_REPLY")
    assert changed.budget == timedelta(seconds=20)
    old = rule_of(1)
    assert (changed.warn_at_fraction, changed.compare) == (
        old.warn_at_fraction,
        old.compare,
    )
    assert old.budget == timedelta(seconds=30)
    assert draft.targets.count() == old.version.targets.count()


def rule_of(number: int) -> Any:
    version = PolicyVersion.objects.get(policy__code="standard", number=number)
    return version.targets.get(code="IN_FIRST_REPLY")


def test_of_two_who_draft_the_same_rule_the_second_is_told(
    desk_of_manager: Client, manager: User
) -> None:
    form = sent(desk_of_manager, amount="20", measure="seconds")
    other = UserFactory.create(role=Role.GENERAL_MANAGER)
    draft = versions.draft(rule_of(1).version.policy, by=other)
    rule = draft.targets.get(code="IN_FIRST_REPLY")
    versions.change_target(rule, by=other, budget=timedelta(seconds=25))
    answered = desk_of_manager.post(DRAFT, form)
    assert answered.status_code == 422
    words = "A colleague has changed this meanwhile. See what it says now."
    assert words in answered.content.decode()
    rule.refresh_from_db()
    assert rule.budget == timedelta(seconds=25)
    # Having seen it, the second may go on, in the same draft.
    again = desk_of_manager.post(
        DRAFT, sent(desk_of_manager, amount="20", measure="seconds")
    )
    assert again.status_code == 303
    rule.refresh_from_db()
    assert rule.budget == timedelta(seconds=20)
    assert PolicyVersion.objects.drafts().count() == 1


def test_more_hours_are_laid_before_who_changes_the_calendar(
    desk_of_manager: Client,
) -> None:
    more = {"rule": "standard.OB_TOTAL", "cover": "workdays", "hours": "21:00-24:00"}
    page = desk_of_manager.get(PAGE, ASKED | more).context
    form = desk_of_manager.get(page["hours_address"]).context["form"]
    calendar = page["question"].rule.calendar
    newest = calendars.newest_of(calendar)
    assert newest is not None
    known = CalendarContent.of(newest)
    assert form["monday"].value().endswith("24:00")
    assert form["saturday"].value() == form.initial.get("saturday")
    assert form["note"].value() == f"{PAGE}?{page['query']}"
    assert CalendarContent.of(newest) == known
    assert Calendar.objects.get(pk=calendar.pk).versions.count() == 1
    broken = desk_of_manager.get(
        f"/supervision/calendars/{calendar.code}/change/?what_if=x"
    )
    assert broken.status_code == 200


def test_a_draft_of_nonsense_is_refused(desk_of_manager: Client) -> None:
    for nonsense in ("", "rule=x", "%00", "rule=standard.IN_FIRST_REPLY&amount=0"):
        answered = desk_of_manager.post(DRAFT, {"asked": nonsense})
        assert answered.status_code == 422
    assert not PolicyVersion.objects.drafts().exists()


def test_pauses_count_as_they_were(desk_of_manager: Client) -> None:
    ticket = objection(at=AT, seconds=2)
    facts = {"type": "quality", "severity": "normal", "laboratory": "no"}
    assert clocks.start(ticket, Metric.INVESTIGATION, at=AT, facts=facts)
    more = {"reason": "awaiting_evidence", "by": None}
    pauses.pause(ticket, Metric.INVESTIGATION, at=after(minutes=20), **more)
    pauses.resume(ticket, Metric.INVESTIGATION, at=after(minutes=80), by=None)
    clocks.stop(ticket, Metric.INVESTIGATION, at=after(minutes=91), by=None)
    rule = ticket.clocks.get(metric=Metric.INVESTIGATION).target.code
    asked = {"rule": f"standard.{rule}", "measure": "minutes", "calendar": "-"}
    # Half an hour has passed when it ends, and a minute.
    assert answer(desk_of_manager, **asked, amount="31").now.kept == 1
    assert answer(desk_of_manager, **asked, amount="30").now.missed == 1
