"""Many running clocks at once, written with SQL as the product would have left them."""

from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.utils import timezone

from sla import ledger
from sla.metrics import Metric
from sla.models import Target
from sla.promise import WALL, Length
from sla.services import moves, rules
from tickets.models import Channel, Kind

CHANNEL: Final = "web_chat"
ZONE: Final = ZoneInfo(settings.TIME_ZONE)

_WITHOUT_DETAIL: Final = ledger.LINK_SQL.format(
    previous="''",
    clock_id="clock.id",
    kind="'activate'",
    step="0",
    at="clock.started_at",
    recorded_at="clock.started_at",
)
_LINK: Final = _WITHOUT_DETAIL.replace(", ''), 'UTF8'", ", '', %(detail)s), 'UTF8'")
assert _LINK != _WITHOUT_DETAIL
PEOPLE: Final = """
INSERT INTO customers_customer
       (surname, phone_encrypted, phone_index, phone_tail, created_at)
SELECT '王', '', '', '', now() RETURNING id
"""
_TICKETS: Final = """
INSERT INTO tickets_ticket
       (number, kind, channel_id, customer_id, status, priority, cycle, created_at,
        next_due_at, customer_waiting_since, last_message_at, last_message_preview,
        message_count, event_count, chain_head)
SELECT %(prefix)s || n, 'inquiry', %(channel)s, %(customer)s, 'new', 0, 1,
       due_at - %(budget)s, due_at, due_at - %(budget)s, due_at - %(budget)s,
       '两台摄像机租三天多少钱？', 1, 0, ''
  FROM generate_series(1, %(count)s) AS n,
       LATERAL (SELECT %(first)s::timestamptz
                       + (n - 1) * %(apart)s::interval AS due_at) AS place
"""
_DAYS: Final = """
CREATE TEMPORARY TABLE bench_day (rung integer, day date, at timestamptz)
"""
_CLOCKS: Final = """
INSERT INTO sla_clock
       (ticket_id, metric, cycle, subject, facts, target_id, status, started_at, due_at,
        promised_at, flagged, schedule, breach_step, next_step, wake_at, outcome,
        recorded_at, chain_head)
SELECT id, %(metric)s, 1, '', '{{}}', %(target)s, 'running', created_at, next_due_at,
       created_at, false, schedule, %(breach_step)s, %(step)s, schedule[%(step)s + 1],
       '', created_at, ''
  FROM tickets_ticket,
       LATERAL (SELECT ARRAY[{schedule}] AS schedule) AS planned
 WHERE number LIKE %(prefix)s || '%%'
"""
_RECORDS: Final = f"""
WITH line AS (
    UPDATE sla_clock AS clock SET chain_head = {_LINK}
      FROM tickets_ticket AS ticket
     WHERE ticket.id = clock.ticket_id AND ticket.number LIKE %(prefix)s || '%%'
    RETURNING clock.id, clock.started_at, clock.chain_head
)
INSERT INTO sla_clockevent (clock_id, kind, step, at, recorded_at, detail, hash)
SELECT id, 'activate', 0, started_at, started_at, %(detail)s, chain_head FROM line
"""


def add(
    count: int,
    *,
    prefix: str,
    first_due: datetime,
    apart: timedelta = timedelta(0),
    warned: bool = True,
) -> None:
    """First replies that fall due one after another, `apart` from each other.

    Those that are `warned` have nothing before them but the breach; their record lacks
    the line of the warning.
    """
    at = timezone.now()
    book = rules.rulebook(at=at)
    target = book.target(Metric.FIRST_REPLY, {"channel": CHANNEL, "kind": Kind.INQUIRY})
    assert target is not None
    terms = rules.terms_of(target)
    values: dict[str, Any] = {
        "apart": apart,
        "breach_step": terms.breach_step,
        "budget": target.budget,
        "channel": Channel.objects.get(code=CHANNEL).pk,
        "count": count,
        "detail": moves.canonical(
            {"target": target.pk, "calendars": rules.calendars_used(book, target)}
        ),
        "first": first_due,
        "metric": Metric.FIRST_REPLY.value,
        "prefix": prefix,
        "step": terms.breach_step if warned else 0,
        "target": target.pk,
    }
    last_due = first_due + count * apart
    with connection.cursor() as cursor:
        cursor.execute(_DAYS)
        schedule = [*_warning(target), "next_due_at"]
        for place, rung in enumerate(terms.ladder[terms.rungs_before + 1 :]):
            if rung.unit == WALL:
                schedule.append(f"next_due_at + interval '{rung.amount}'")
                continue
            schedule.append(
                f"(SELECT at FROM bench_day WHERE rung = {place}"
                f" AND day = (next_due_at AT TIME ZONE '{ZONE.key}')::date)"
            )
            cursor.executemany(
                "INSERT INTO bench_day VALUES (%s, %s, %s)",
                [
                    (place, day, _on(day, rung, book.calendars))
                    for day in _days(first_due, last_due)
                ],
            )
        cursor.execute(PEOPLE)
        (values["customer"],) = cursor.fetchone()
        cursor.execute(_TICKETS, values)
        cursor.execute(_CLOCKS.format(schedule=", ".join(schedule)), values)
        cursor.execute(_RECORDS, values)
        cursor.execute("DROP TABLE bench_day")


def _warning(target: Target) -> list[str]:
    """When the clock turns amber, as SQL."""
    if target.warn_at_fraction is None or target.budget is None:
        return []
    part = int(
        target.budget / timedelta(microseconds=1) * float(target.warn_at_fraction)
    )
    return [f"created_at + interval '{part} microseconds'"]


def _days(first: datetime, last: datetime) -> list[date]:
    """The local dates of a span."""
    start, end = first.astimezone(ZONE).date(), last.astimezone(ZONE).date()
    return [start + timedelta(days=n) for n in range((end - start).days + 1)]


def _on(day: date, rung: Length, calendars: rules.BookOfCalendars) -> datetime:
    """A rung that is counted in days depends on the date of the deadline alone."""
    assert rung.days
    return rung.after(datetime(day.year, day.month, day.day, tzinfo=ZONE), calendars)


def tidy() -> None:
    """What autovacuum would do in its own time; a measurement does not wait for it."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
