"""How long a what-if over a million past clocks takes, beside merely reading them.

`./shoushi bench what_if --write`
"""

import argparse
import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import numpy as np
from django.db import connection
from django.utils import timezone

from bench import crowd, house, people, results
from bench.house import say
from sla import what_if as arithmetic
from sla.ledger import microseconds
from sla.metrics import Metric
from sla.models import Calendar, Clock, Compare, Target, Unit
from sla.promise import plan, resume
from sla.services import lives, rules, what_if
from sla.services.calendar_content import read
from sla.services.what_if import MoreHours, Question
from sla.what_if import Cover
from staff.models import Role

GOAL_S: Final = 10.0
TURNS: Final = 3
COMPARED: Final = 2_000
DAYS: Final = 30
CALENDAR: Final = "objection_service"
# Three in four were answered, after up to an hour; one in eight of all paused once.
LIVED_SQL: Final = """
UPDATE sla_clock
   SET status = 'stopped', wake_at = NULL,
       stopped_at = started_at + (id * 7919 % 3600) * interval '1 s',
       breached_at = CASE WHEN id * 7919 % 3600 > 30 THEN due_at END,
       outcome = CASE WHEN id * 7919 % 3600 > 30 THEN 'missed' ELSE 'met' END
 WHERE id % 4 <> 0
"""
PAUSED_SQL: Final = """
INSERT INTO sla_pause (clock_id, number, rule_id, paused_at, resumed_at)
SELECT id, 0, (SELECT min(id) FROM sla_pauserule),
       started_at + interval '5 s', started_at + interval '65 s'
  FROM sla_clock WHERE id % 8 = 1
"""
BARE_SQL: Final = """
SELECT id, target_id, started_at, promised_at, stopped_at, due_at, status, outcome,
       breached_at, revoked_at
  FROM sla_clock WHERE target_id = %s AND started_at >= %s AND started_at < %s
"""


def write(clocks: int) -> None:
    """First replies spread over a month, with what became of them."""
    say(f"{clocks:,} clocks: writing them")
    first = timezone.now() - timedelta(days=DAYS)
    crowd.add(
        clocks, prefix="PAST", first_due=first, apart=timedelta(days=DAYS) / clocks
    )
    with connection.cursor() as cursor:
        cursor.execute(LIVED_SQL)
        cursor.execute(PAUSED_SQL)
    crowd.tidy()


def questions() -> dict[str, Question]:
    """One of each kind of time."""
    today = timezone.localdate()
    versions = Target.objects.select_related("calendar", "version__policy")
    rule = versions.get(version__published_at__isnull=False, code="IN_FIRST_REPLY")
    assert rule.metric == Metric.FIRST_REPLY
    calendar = Calendar.objects.get(code=CALENDAR)

    def other(**fields: Any) -> Target:
        changed = versions.get(pk=rule.pk)
        for name, value in fields.items():
            setattr(changed, name, value)
        return changed

    since = today - timedelta(days=DAYS + 1)
    hour = {"unit": Unit.BUSINESS, "budget": timedelta(hours=1), "calendar": calendar}
    days = {"unit": Unit.WORKING_DAYS, "budget": None, "days": 2, "calendar": calendar}
    more = MoreHours(Cover.WORKDAYS, read("21:00-24:00"))
    opening = Question(rule, other(**hour), since, today)
    return {
        "unchanged": Question(rule, other(), since, today),
        "another limit by the clock": Question(
            rule, other(budget=timedelta(seconds=60)), since, today
        ),
        "an hour of opening time": opening,
        "the same with more hours": replace(opening, more=more),
        "two working days": Question(rule, other(**days), since, today),
    }


def seconds(work: Callable[[], object]) -> tuple[float, float]:
    """The medians of several turns: by the clock, and of this program's processor."""
    taken, worked = [], []
    for _ in range(TURNS):
        began, busy = time.perf_counter(), time.process_time()
        work()
        taken.append(time.perf_counter() - began)
        worked.append(time.process_time() - busy)
    return statistics.median(taken), statistics.median(worked)


def bare(question: Question) -> int:
    """Read the same columns of the same clocks, as any program would."""
    with connection.cursor() as cursor:
        values = [question.rule.pk, question.begin, question.end]
        cursor.execute(BARE_SQL, values)
        return len(cursor.fetchall())


def compare(question: Question) -> int:
    """Some clocks by the exact engine, one at a time; how many differ."""
    clocks = what_if.clocks_of(question.rule).filter(
        started_at__gte=question.begin, started_at__lt=question.end
    )
    at = timezone.now()
    record = lives.read(clocks, at=at)
    terms = what_if.terms_of(question)
    due, _ = what_if.reckon(record, terms)
    strict = question.rule.compare == Compare.BEFORE
    now = arithmetic.verdicts(record.lives, due, strict=strict, at=microseconds(at))
    assert now.size == due.size
    calendars = rules.rulebook(at=at).calendars
    places = np.random.default_rng(7).choice(due.size, COMPARED, replace=False)
    known = Clock.objects.prefetch_related("pauses").in_bulk(
        record.keys[places].tolist()
    )
    different = 0
    for place in places.tolist():
        clock = known[int(record.keys[place])]
        promised = plan(terms, start=clock.started_at, calendars=calendars)
        schedule = promised.schedule
        for pause in clock.pauses.all():
            if pause.resumed_at is None or schedule[promised.breach_step] <= (
                pause.paused_at
            ):
                break
            schedule = resume(
                terms,
                schedule=schedule,
                next_step=0,
                paused_at=pause.paused_at,
                resumed_at=pause.resumed_at,
                calendars=calendars,
            )
        exact = microseconds(schedule[promised.breach_step])
        different += exact != int(due[place])
    return different


def main() -> None:
    """Measure, compare with the exact engine, print, and write if asked to."""
    parser = argparse.ArgumentParser(prog="bench.what_if", description=__doc__)
    parser.add_argument("--clocks", type=int, default=1_000_000)
    parser.add_argument("--write", action="store_true", help="into RESULTS.md")
    options = parser.parse_args()
    shape = results.machine()
    with house.own_database("bench_what_if"):
        write(options.clocks)
        [boss] = people.hired(Role.MANAGER)
        asked = questions()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        rows, worst = [], 0.0
        taken = {}
        for name, question in asked.items():
            say(name)
            found = what_if.ask(question, by=boss, at=timezone.now())
            assert found.clocks == options.clocks
            taken[name] = seconds(
                lambda it=question: what_if.ask(it, by=boss, at=timezone.now())
            )
            worst = max(worst, taken[name][0])
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        say("reading them only")
        bare_s, bare_cpu_s = seconds(lambda: bare(asked["unchanged"]))
        different = sum(
            compare(question) for question in asked.values() if question.more is None
        )
        rows = [
            [name, f"{wall:.2f}", f"{cpu:.2f}", f"{wall / bare_s:.2f}"]
            for name, (wall, cpu) in taken.items()
        ]
    verdict = "kept" if worst <= GOAL_S else "missed"
    last = f"of {COMPARED:,} clocks each, different from the exact engine"
    rows += [
        [
            "a bare SELECT of the same columns, fetched",
            f"{bare_s:.2f}",
            f"{bare_cpu_s:.2f}",
            "1",
        ],
        ["memory beyond that of the process, MB", f"{memory / 1024:.0f}", "", ""],
        [last, f"{different}", "", ""],
    ]
    count = f"{options.clocks:,}"
    results.show(
        results.table(
            [f"{count} clocks", "seconds", "of our processor", "to the bare SELECT"],
            rows,
        ),
        section="what_if",
        title="What-if",
        shape=shape,
        words=f"{count} first replies of {DAYS} days, one in eight with a pause, whole"
        f" answers with tables and examples (goal {GOAL_S:.0f} s: {verdict}).",
        write=options.write,
    )
    assert different == 0


if __name__ == "__main__":
    main()
