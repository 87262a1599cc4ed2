"""A year of tickets with their clocks, written with SQL: most of them are over.

A fixed number of customers wait and a fixed number of promises are due or late, so that
what differs between two sizes is what has been.
"""

from datetime import timedelta
from typing import Any, Final

from django.db import connection
from django.utils import timezone

from bench import crowd, people
from sla.metrics import Metric
from sla.services import rules
from staff.models import Presence, Role
from tickets.models import Channel, Kind

YEAR: Final = timedelta(days=365)
AGENTS: Final = 40
ONE_OPEN_IN: Final = 33
WAITING: Final = 100
DUE: Final = 60
LATE: Final = 40

_TICKETS: Final = """
INSERT INTO tickets_ticket
       (number, kind, channel_id, customer_id, assignee_id, status, priority, cycle,
        created_at, closed_at, next_due_at, customer_waiting_since, last_message_at,
        last_message_preview, message_count, event_count, chain_head)
SELECT 'PAST' || n, 'inquiry', %(channel)s, %(customer)s,
       CASE WHEN n %% 10 > 0 THEN (%(agents)s::bigint[])[1 + n %% %(agent_count)s] END,
       CASE WHEN is_open THEN 'in_service' ELSE 'closed' END, 0, 1,
       at, CASE WHEN NOT is_open THEN at + interval '20 minutes' END,
       CASE WHEN n <= %(due)s THEN %(now)s + n * interval '10 seconds'
            WHEN n <= %(due)s + %(late)s THEN %(now)s - n * interval '1 second' END,
       CASE WHEN n <= %(waiting)s THEN at END,
       at, '两台摄像机租三天多少钱？', 2, 0, ''
  FROM generate_series(%(first)s, %(last)s) AS n,
       LATERAL (SELECT %(now)s - n * %(apart)s::interval AS at,
                       n <= %(waiting)s OR n %% %(one_open_in)s = 0 AS is_open) AS place
"""
_INQUIRIES: Final = """
INSERT INTO inquiries_inquiry (ticket_ptr_id)
SELECT id FROM tickets_ticket
 WHERE id > %(before)s
"""
_TOPICS: Final = """
INSERT INTO inquiries_inquirytopic (inquiry_id, topic, asked_at)
SELECT id, 'rental_price', created_at FROM tickets_ticket
 WHERE id > %(before)s AND closed_at IS NULL
"""
_RUNNING: Final = """
INSERT INTO sla_clock
       (ticket_id, metric, cycle, subject, facts, target_id, status, started_at, due_at,
        promised_at, flagged, schedule, breach_step, next_step, breached_at,
        detected_at, outcome, recorded_at, chain_head)
SELECT id, 'first_reply', 1, '', '{}', %(target)s, 'running', next_due_at - %(budget)s,
       next_due_at, created_at, false, ARRAY[next_due_at], 0, 1,
       CASE WHEN next_due_at < %(now)s THEN next_due_at END,
       CASE WHEN next_due_at < %(now)s THEN next_due_at END, '', created_at, ''
  FROM tickets_ticket WHERE id > %(before)s AND next_due_at IS NOT NULL
"""
# One in twenty was answered too late.
_OVER: Final = """
INSERT INTO sla_clock
       (ticket_id, metric, cycle, subject, facts, target_id, status, started_at, due_at,
        promised_at, flagged, schedule, breach_step, next_step, breached_at,
        detected_at, stopped_at, outcome, recorded_at, chain_head)
SELECT id, 'first_reply', 1, '', '{}', %(target)s, 'stopped', created_at, due,
       created_at, false, ARRAY[due], 0, 1,
       CASE WHEN id %% 20 = 0 THEN due END, CASE WHEN id %% 20 = 0 THEN due END,
       CASE WHEN id %% 20 = 0 THEN due + interval '9 seconds'
            ELSE created_at + interval '12 seconds' END,
       CASE WHEN id %% 20 = 0 THEN 'missed' ELSE 'met' END, due, ''
  FROM tickets_ticket, LATERAL (SELECT created_at + %(budget)s AS due) AS promised
 WHERE id > %(before)s AND next_due_at IS NULL
"""
_DUE_TICKETS: Final = """
UPDATE tickets_ticket
   SET next_due_at = %(now)s + (60 + 10 * substr(number, 5)::int) * interval '1 second'
 WHERE number = ANY (ARRAY(SELECT 'PAST' || n FROM generate_series(1, %(due)s) AS n))
"""
_DUE_CLOCKS: Final = """
UPDATE sla_clock SET due_at = next_due_at, schedule = ARRAY[next_due_at]
  FROM tickets_ticket AS ticket
 WHERE ticket.id = ticket_id
   AND number = ANY (ARRAY(SELECT 'PAST' || n FROM generate_series(1, %(due)s) AS n))
"""


class History:
    """It grows backwards: what is added later has happened before."""

    def __init__(self, *, whole: int) -> None:
        """A year will hold `whole` tickets."""
        self.now = timezone.now()
        self.count = 0
        target = rules.in_force(
            Metric.FIRST_REPLY,
            at=self.now,
            facts={"channel": crowd.CHANNEL, "kind": Kind.INQUIRY},
        )
        assert target is not None
        on_duty = people.hired(
            Role.AGENT,
            count=AGENTS,
            presence=Presence.ON_DUTY,
            presence_since=self.now,
            seen_at=self.now,
        )
        agents = [agent.pk for agent in on_duty]
        with connection.cursor() as cursor:
            cursor.execute(crowd.PEOPLE)
            (customer,) = cursor.fetchone()
        self.values: dict[str, Any] = {
            "agent_count": len(agents),
            "agents": agents,
            "apart": YEAR / whole,
            "budget": target.budget,
            "channel": Channel.objects.get(code=crowd.CHANNEL).pk,
            "customer": customer,
            "due": DUE,
            "late": LATE,
            "now": self.now,
            "one_open_in": ONE_OPEN_IN,
            "target": target.pk,
            "waiting": WAITING,
        }

    def grow(self, count: int) -> None:
        """Until there are so many tickets; some seconds for each 100,000."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT coalesce(max(id), 0) FROM tickets_ticket")
            (before,) = cursor.fetchone()
            values = self.values | {
                "before": before,
                "first": self.count + 1,
                "last": count,
            }
            for sql in (_TICKETS, _INQUIRIES, _TOPICS, _RUNNING, _OVER):
                cursor.execute(sql, values)
        self.count = count
        crowd.tidy()

    def go_on(self) -> None:
        """Time has passed: what was about to be due is so again."""
        with connection.cursor() as cursor:
            for sql in (_DUE_TICKETS, _DUE_CLOCKS):
                cursor.execute(sql, {"due": DUE, "now": timezone.now()})
