"""The figures of promises against a fixture that was reckoned by hand, to the unit."""

from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from pytest_django import DjangoAssertNumQueries

from figures.hours import HOUR, Span, hour_after, hour_of, spans
from figures.models import PromiseHour
from figures.services import promises, reckoning
from figures.services.promises import Asked, Dimension
from inquiries import services
from inquiries.models import Inquiry
from objections import services as verbs
from sla.models import Clock, Metric
from sla.services import clocks, pauses
from sla.services.clocks import CancelReason
from sla.share import Share
from staff.models import Role, User
from tests.factories import InquiryFactory, UserFactory, channel, department
from tests.instants import local
from tests.objections import cases

pytestmark = pytest.mark.django_db

NINE = local("2026-11-23 09:00")
NOON = local("2026-11-23 12:00")
DAY = Asked(local("2026-11-23 00:00"), local("2026-11-24 00:00"))
SECOND = timedelta(seconds=1)
SEVEN_MINUTES = timedelta(minutes=7)


@pytest.fixture
def li(db: None) -> User:
    return UserFactory.create(display_name="李雷")


@pytest.fixture
def han(db: None) -> User:
    return UserFactory.create(display_name="韩梅")


def asked(at: datetime, *, code: str = "web_chat") -> Inquiry:
    return InquiryFactory.create(at=at, channel=channel(code))


def answered(
    at: datetime, *, by: User, after: float, code: str = "web_chat"
) -> Inquiry:
    inquiry = asked(at, code=code)
    services.greet(inquiry, by=by, at=at + after * SECOND)
    return inquiry


def a_day(li: User, han: User) -> None:
    """Eight questions: four answers of Li, two of Han, two that nobody answered."""
    answered(NINE + SECOND, by=li, after=4)  # kept
    answered(NINE + SEVEN_MINUTES, by=li, after=30)  # on the deadline: kept
    # Due at 9:59:59 and answered after ten, in another hour: missed at nine.
    late = answered(NINE + 59 * 60 * SECOND + 29 * SECOND, by=han, after=45)
    assert clock_of(late).due_at == NINE + HOUR - SECOND
    # Due on the hour itself: the hour that begins then.
    answered(NINE + HOUR - 30 * SECOND, by=han, after=10, code="app_chat")
    held = asked(NINE + HOUR + SEVEN_MINUTES)
    services.take(held, by=li, at=NINE + HOUR + SEVEN_MINUTES + 5 * SECOND)
    services.greet(held, by=li, at=NINE + HOUR + SEVEN_MINUTES + 50 * SECOND)
    asked(NINE + HOUR + 2 * SEVEN_MINUTES)  # nobody answers: open and late
    given_up = asked(NINE + HOUR + 3 * SEVEN_MINUTES)  # called off in time: not due
    call_off(given_up, by=li, at=given_up.created_at + 20 * SECOND)
    answered(NOON - 15 * SECOND, by=li, after=3)  # kept, and not due yet at noon


def call_off(inquiry: Inquiry, *, by: User, at: datetime) -> None:
    reason = CancelReason.NOT_NEEDED
    clocks.cancel(inquiry, Metric.FIRST_REPLY, reason=reason, at=at, by=by)


def clock_of(inquiry: Inquiry) -> Clock:
    return inquiry.clocks.get(metric=Metric.FIRST_REPLY)


def first_replies(*by: Dimension, until: datetime = DAY.until) -> dict[object, object]:
    wish = Asked(DAY.since, until, metric=Metric.FIRST_REPLY)
    found = promises.standings(wish, by)
    return {
        it.key if len(by) > 1 else it.key[0]: (it.share.met, it.share.due)
        for it in found
    }


@pytest.mark.clause("CC-22", "SH-07", "OB-01")
def test_the_figures_of_a_day_are_those_reckoned_by_hand(li: User, han: User) -> None:
    a_day(li, han)

    reckoning.refresh(at=NOON)

    whole = promises.standing(Asked(DAY.since, DAY.until, metric=Metric.FIRST_REPLY))
    assert whole.share == Share(met=3, due=6)
    assert whole.share.percent == 50.0
    assert whole.share.missed == 3
    assert whole.still_open == 1
    # Of 4, 10, 30, 45 and 50 seconds: those at the places that half, 90 and 99 % reach.
    assert (whole.p50, whole.p90, whole.p99) == (30 * SECOND, 50 * SECOND, 50 * SECOND)

    assert first_replies(Dimension.HOUR) == {9: (2, 3), 10: (1, 3)}
    assert first_replies(Dimension.CHANNEL) == {
        channel("web_chat").pk: (2, 5),
        channel("app_chat").pk: (1, 1),
    }
    # Whoever answered late had not held it at the deadline: nobody had.
    assert first_replies(Dimension.HOLDER) == {
        li.pk: (2, 3),
        han.pk: (1, 1),
        None: (0, 2),
    }
    assert first_replies(Dimension.DEPARTMENT) == {department().pk: (3, 6)}
    assert first_replies(Dimension.RULE, Dimension.WEEKDAY) == {
        ("IN_FIRST_REPLY", 1): (3, 6)
    }
    assert first_replies(Dimension.DAY) == {NINE.date(): (3, 6)}
    night = Asked(DAY.since, DAY.until, hours=frozenset({22, 23, 0}))
    assert promises.standing(night).share == Share(0, 0)
    morning = Asked(DAY.since, DAY.until, holder=li.pk, hours=frozenset({9}))
    assert promises.standing(morning).share == Share(2, 2)
    assert promises.standing(morning).p90 == 30 * SECOND


def test_reckoning_again_gives_the_same_numbers(li: User, han: User) -> None:
    a_day(li, han)
    reckoning.refresh(at=NOON)
    first = list(PromiseHour.objects.order_by("pk").values_list("hour", "due", "met"))

    reckoning.refresh(at=NOON)
    assert len(list(reckoning.rebuild(NINE, at=NOON))) == 1

    again = PromiseHour.objects.order_by("pk").values_list("hour", "due", "met")
    assert sorted(again) == sorted(first)


def test_what_happens_to_an_old_promise_changes_the_hour_in_which_it_was_due(
    li: User, han: User
) -> None:
    a_day(li, han)
    reckoning.refresh(at=NOON)
    open_one = Clock.objects.get(stopped_at=None)

    tomorrow = NOON + 24 * HOUR
    services.greet(open_one.ticket.inquiry, by=han, at=tomorrow)
    reckoning.refresh(at=tomorrow + SECOND)

    whole = promises.standing(Asked(DAY.since, DAY.until))
    assert (whole.share, whole.still_open) == (Share(4, 7), 0)
    assert whole.p99 == tomorrow - open_one.started_at


def test_a_missed_promise_stays_missed_when_it_is_called_off(li: User) -> None:
    called_off = asked(NINE)
    asked(NINE + SECOND)
    call_off(called_off, by=li, at=clock_of(called_off).due_at + SECOND)

    reckoning.refresh(at=NOON)

    whole = promises.standing(DAY)
    assert (whole.share, whole.still_open) == (Share(0, 2), 1)
    assert (whole.p50, whole.p90) == (None, None)


def test_time_is_counted_as_the_promise_counts_it_and_without_pauses(li: User) -> None:
    """Half an hour before closing, a pause of an hour, and twenty minutes next day."""
    evening, morning = local("2026-11-24 20:30"), local("2026-11-25 09:00")
    ticket = InquiryFactory.create(at=evening)
    of = Metric.INVESTIGATION
    clocks.start(ticket, of, at=evening, facts={"type": "fee"})
    pauses.pause(ticket, of, reason="awaiting_evidence", at=morning, by=li)
    pauses.resume(ticket, of, at=morning + HOUR, by=li)
    clocks.stop(ticket, of, at=morning + HOUR + 1200 * SECOND, by=li)

    reckoning.refresh(at=local("2026-11-27 00:00"))

    wish = Asked(evening - HOUR, local("2026-11-27 00:00"), metric=of)
    (found,) = promises.standings(wish, (Dimension.RULE, Dimension.DEPARTMENT))
    assert found.share == Share(1, 1)
    assert found.key[1] == department().pk
    assert found.p50 == 50 * 60 * SECOND


def test_a_department_answers_for_what_it_has_promised() -> None:
    objection = cases.handed()
    clock = objection.clocks.filter(metric=Metric.DEPARTMENT_ACCEPTANCE)[0]
    code = clock.subject.split("/")[0]
    handler = cases.handler_of(code)
    when = clock.started_at + 1800 * SECOND
    verbs.accept(cases.handoff_to(objection, code), by=handler, at=when)

    reckoning.refresh(at=clock.due_at + HOUR)

    wish = Asked(DAY.since, DAY.until, metric=Metric.DEPARTMENT_ACCEPTANCE)
    found = promises.standings(wish, (Dimension.DEPARTMENT, Dimension.HOLDER))
    told = {it.key: (it.share, it.p50) for it in found}
    assert told[department(code).pk, None] == (Share(1, 1), 1800 * SECOND)
    assert all(share == Share(0, 1) for share, p50 in told.values() if p50 is None)


def test_a_house_that_was_away_catches_up_in_several_runs(
    li: User, han: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_day(li, han)
    monkeypatch.setattr(reckoning, "MOST_HOURS", 2)

    assert [reckoning.refresh(at=NOON) for _ in range(3)] == [2, 2, 2]

    assert promises.standing(DAY).share == Share(3, 6)


def test_the_figures_are_proven_with_the_clocks(li: User, han: User) -> None:
    a_day(li, han)
    reckoning.refresh(at=NOON)
    said = StringIO()
    call_command("sla_verify", jobs=1, stdout=said)
    assert "figures by the hour agree" in said.getvalue()

    PromiseHour.objects.filter(met__gt=0).update(met=0)

    with pytest.raises(CommandError, match="figures are not what the clocks say"):
        call_command("sla_verify", jobs=1, stdout=StringIO())
    call_command("figures_rebuild", since="2026-11-23", stdout=StringIO())
    call_command("sla_verify", jobs=1, stdout=StringIO())


@pytest.mark.parametrize("since", ["2999-01-01", "soon"])
def test_a_day_that_is_none_is_refused(li: User, since: str) -> None:
    with pytest.raises(CommandError):
        call_command("figures_rebuild", since=since, stdout=StringIO())


@pytest.mark.parametrize("tickets", [1, 6])
def test_reckoning_costs_the_same_number_of_queries_however_much_happened(
    li: User, tickets: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(tickets):
        answered(NINE + number * SECOND, by=li, after=3)
    reckoning.refresh(at=NOON)
    with django_assert_num_queries(19):
        reckoning.refresh(at=NOON + SECOND)
    with django_assert_num_queries(2):
        promises.standings(DAY, (Dimension.RULE, Dimension.HOLDER))


def test_who_sees_only_some_tickets_reads_no_figures(db: None) -> None:
    handler = UserFactory.create(role=Role.DEPARTMENT_HANDLER)
    with pytest.raises(promises.NotAllowed):
        promises.allow(handler)
    promises.allow(UserFactory.create(role=Role.SUPERVISOR))


def test_hours_are_gathered_into_spans() -> None:
    hours = [NOON, NINE, NINE + HOUR, NINE]
    assert list(spans(hours)) == [Span(NINE, NINE + 2 * HOUR), Span(NOON, NOON + HOUR)]
    assert list(spans([])) == []
    assert hour_of(NINE + SEVEN_MINUTES) == NINE
    assert (hour_after(NINE), hour_after(NINE + SECOND)) == (NINE, NINE + HOUR)
    pieces = list(Span(NINE, NOON).pieces(2 * HOUR))
    assert pieces == [Span(NINE, NINE + 2 * HOUR), Span(NINE + 2 * HOUR, NOON)]
