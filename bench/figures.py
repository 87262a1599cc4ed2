"""What figures cost to keep and to read, by how much has been.

`./shoushi bench figures --tickets 10000 1000000 --write`
"""

import argparse
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from bench import crowd, history, house, people, results
from bench.house import say
from figures.hours import HOUR, Span, hour_of
from figures.models import Progress, PromiseHour, Report
from figures.periods import Cycle, ended
from figures.services import promise_facts, proof, reckoning, reports
from helpdesk import report_files
from staff.models import Role, User

GOAL_S: Final = 10.0
TURNS: Final = 5
PAGES: Final = ("/supervision/dashboard/", "/supervision/dashboard/cases/")
# Asked, taken by whoever has it, and closed.
_EVENTS: Final = """
INSERT INTO tickets_event (ticket_id, sequence, verb, actor_id, at, data, hash)
SELECT id, 1, 'asked', NULL::bigint, created_at, '{}'::jsonb, '' FROM tickets_ticket
 UNION ALL
SELECT id, 2, 'taken', assignee_id, created_at + interval '5 s', '{}', ''
  FROM tickets_ticket WHERE assignee_id IS NOT NULL
 UNION ALL
SELECT id, 3, 'closed', assignee_id, closed_at, '{}', ''
  FROM tickets_ticket WHERE closed_at IS NOT NULL AND assignee_id IS NOT NULL
 ORDER BY 5
"""


@dataclass(frozen=True)
class Figures:
    """What was measured with so many tickets in a year."""

    tickets: int
    month: int
    rebuild: float
    refresh: float
    hour: float
    report: float
    files: float
    pages: list[float]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, nargs="+", default=[10_000, 1_000_000])
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    measured = []
    for tickets in asked.tickets:
        with house.own_database("bench_figures"):
            measured.append(measure(tickets))
    body = results.table(
        ["a year of tickets", *(f"{it.tickets:,}" for it in measured)],
        [
            [
                "promises that fell due in the month",
                *(f"{it.month:,}" for it in measured),
            ],
            ["reckon two months anew, s", *(f"{it.rebuild:.1f}" for it in measured)],
            ["one run of the job, ms", *(f"{it.refresh:.0f}" for it in measured)],
            ["one hour's promises, ms", *(f"{it.hour:.1f}" for it in measured)],
            [
                f"monthly report from figures, s (goal {GOAL_S:.0f})",
                *(f"{it.report:.2f}" for it in measured),
            ],
            ["its PDF and XLSX, s", *(f"{it.files:.2f}" for it in measured)],
            *(
                [f"{path}, 30 days, ms", *(f"{it.pages[place]:.0f}" for it in measured)]
                for place, path in enumerate(PAGES)
            ),
        ],
    )
    results.show(
        body,
        section="figures",
        title="Figures, dashboards and reports",
        shape=results.machine(),
        words="Medians of five, after the figures of the month agreed with the clocks.",
        write=asked.write,
    )


def measure(tickets: int) -> Figures:
    """Write a year, reckon its last month, read it."""
    settings.ALLOWED_HOSTS = ["*"]
    people.told_of_misses()
    say(f"{tickets:,} tickets: writing them")
    history.History(whole=tickets).grow(tickets)
    with connection.cursor() as cursor:
        cursor.execute(_EVENTS)
    crowd.tidy()
    at = timezone.now()
    period = ended(Cycle.MONTH, timezone.localdate(at))
    since = reports.asked_of(period).since
    say("reckoning")
    rebuild = seconds(lambda: list(reckoning.rebuild(since - 31 * 24 * HOUR, at=at)))
    Progress.objects.update(reckoned_until=at)
    reckoning.refresh(at=at)
    wrong = list(proof.contradictions(since=at - timedelta(days=2)))
    assert wrong == [], wrong[:3]
    span = Span(hour_of(at) - 2 * HOUR, hour_of(at) - HOUR)
    say("reading")
    found = Figures(
        tickets=tickets,
        month=sum(
            PromiseHour.objects.filter(hour__gte=at - timedelta(days=30)).values_list(
                "due", flat=True
            )
        ),
        rebuild=rebuild,
        refresh=1000 * median(lambda: reckoning.refresh(at=timezone.now())),
        hour=1000 * median(lambda: promise_facts.tallied(span, at=at)),
        report=median(lambda: reports.figures_of(period)),
        files=0.0,
        pages=pages(),
    )
    report = reports.make(period, at=at)
    assert report is not None
    return replace(found, files=median(lambda: files(report)))


def files(report: Report) -> None:
    """Both documents, in the company's language."""
    report_files.pdf(report, language="zh-hans")
    report_files.xlsx(report, language="zh-hans")


def pages() -> list[float]:
    """The medians of each page, in milliseconds, without a network."""
    call_command("collectstatic", interactive=False, verbosity=0)
    client = Client()
    client.force_login(User.objects.filter(role=Role.SUPERVISOR)[0])

    def read(path: str) -> None:
        assert client.get(path).status_code == 200

    return [1000 * median(lambda path=path: read(path)) for path in PAGES]  # type: ignore[misc]


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def median(work: Callable[[], object]) -> float:
    """Of several turns, after one that does not count."""
    work()
    return statistics.median(seconds(work) for _ in range(TURNS))


if __name__ == "__main__":
    main()
