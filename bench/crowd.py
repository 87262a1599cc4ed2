"""Many running clocks at once, written with SQL as the product would have left them."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from sla import ledger
from sla.models import Metric, Target
from tickets.models import Channel

_LINK = ledger.LINK_SQL.format(
    previous="''",
    clock_id="clock.id",
    kind="'activate'",
    step="0",
    at="clock.started_at",
    recorded_at="clock.started_at",
)
_PEOPLE = """
INSERT INTO customers_customer
       (surname, phone_encrypted, phone_index, phone_tail, created_at)
SELECT '王', '', '', '', now() RETURNING id
"""
_TICKETS = """
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
_CLOCKS = """
INSERT INTO sla_clock
       (ticket_id, metric, cycle, target_id, status, started_at, due_at, schedule,
        next_step, wake_at, outcome, recorded_at, chain_head)
SELECT id, %(metric)s, 1, %(target)s, 'running', created_at, next_due_at,
       ARRAY[next_due_at - interval '6 s', next_due_at,
             next_due_at + interval '30 min', next_due_at + interval '4 h'],
       %(step)s,
       CASE %(step)s WHEN 0 THEN next_due_at - interval '6 s' ELSE next_due_at END,
       '', created_at, ''
  FROM tickets_ticket WHERE number LIKE %(prefix)s || '%%'
"""
_RECORDS = f"""
WITH line AS (
    UPDATE sla_clock AS clock SET chain_head = {_LINK}
      FROM tickets_ticket AS ticket
     WHERE ticket.id = clock.ticket_id AND ticket.number LIKE %(prefix)s || '%%'
    RETURNING clock.id, clock.started_at, clock.chain_head
)
INSERT INTO sla_clockevent (clock_id, kind, step, at, recorded_at, hash)
SELECT id, 'activate', 0, started_at, started_at, chain_head FROM line
"""


def add(
    count: int,
    *,
    prefix: str,
    first_due: datetime,
    apart: timedelta = timedelta(0),
    warned: bool = True,
) -> None:
    """Clocks that fall due one after another, `apart` from each other.

    Those that are `warned` have nothing before them but the breach; their record lacks
    the line of the warning.
    """
    target = Target.objects.get()
    values: dict[str, Any] = {
        "apart": apart,
        "budget": target.budget,
        "channel": Channel.objects.get(code="web_chat").pk,
        "count": count,
        "first": first_due,
        "metric": Metric.FIRST_REPLY.value,
        "prefix": prefix,
        "step": 1 if warned else 0,
        "target": target.pk,
    }
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE)
        (values["customer"],) = cursor.fetchone()
        cursor.execute(_TICKETS, values)
        cursor.execute(_CLOCKS, values)
        cursor.execute(_RECORDS, values)


def tidy() -> None:
    """What autovacuum would do in its own time; a measurement does not wait for it."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
