"""Reports of weeks and months: frozen once, written to by people, sent by mail."""

import hashlib
import logging
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.db.models.query import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from customers.text import unfit
from figures.models import Progress, Report, ReportMail
from figures.periods import ONE_DAY, Cycle, Period, ended
from figures.services import breaches, counts, promises
from figures.services.counts import Counts, Wanted
from figures.services.promises import Asked, Dimension, Standing
from sla.days import midnight
from staff.models import SUPERVISES, User
from tickets.models import Kind, Ticket
from tickets.workflow import IllegalStep, NotAllowed

logger = logging.getLogger(__name__)

MOST_WORDS: Final = 4000
WORST: Final = 5
# A report of a month waits so long for people's words; one of a week for none.
WAITS: Final[Mapping[Cycle, timedelta]] = {
    Cycle.WEEK: timedelta(0),
    Cycle.MONTH: timedelta(days=3),
}
LEASE: Final = timedelta(minutes=5)
# What a house that was down makes up for at most, of each cycle.
MOST_MADE_UP: Final = 12
RETRY_AFTER: Final = tuple(timedelta(minutes=it) for it in (1, 5, 15, 60, 240))


# --- Making --------------------------------------------------------------------------


def make_due(*, at: datetime) -> int:
    """Make the reports of the weeks and months that are over; how many were made.

    Run again it makes what is missing since the newest report. As long as the figures
    of a period have not been reckoned to its end, its report waits.
    """
    today = timezone.localdate(at)
    periods = [period for cycle in Cycle for period in _owing(cycle, today)]
    return sum(make(period, at=at) is not None for period in periods)


def _owing(cycle: Cycle, today: date) -> Iterator[Period]:
    """The periods after the newest report, the earliest first; the last one at least.

    Before the first report of a house only the last period is owed.
    """
    periods = [ended(cycle, today)]
    newest = Report.objects.filter(cycle=cycle).order_by("-first").first()
    while newest and len(periods) < MOST_MADE_UP:
        before = periods[-1].before
        if before.first <= newest.first:
            break
        periods.append(before)
    return reversed(periods)


@transaction.atomic
def make(period: Period, *, at: datetime) -> Report | None:
    """Freeze the figures of a period, once; None where it is done, or too early.

    Nothing is reckoned meanwhile, so that all of it is of one moment.
    """
    if Report.objects.filter(cycle=period.cycle, first=period.first).exists():
        return None
    end = midnight(period.last + ONE_DAY)
    progress = Progress.objects.select_for_update().filter(pk=1).first()
    if progress is None or progress.reckoned_until < end:
        return None
    if not Ticket.objects.filter(created_at__lt=end).exists():
        return None
    report, made = Report.objects.get_or_create(
        cycle=period.cycle,
        first=period.first,
        defaults={
            "last": period.last,
            "made_at": at,
            "content": figures_of(period),
            "goes_out_at": at + WAITS[period.cycle],
        },
    )
    return report if made else None


def figures_of(period: Period) -> dict[str, Any]:
    """Everything a report says, as numbers and codes."""
    now, before = asked_of(period), asked_of(period.before)
    of_metric = {it.key[0]: it for it in promises.standings(before, [Dimension.METRIC])}
    return {
        "promises": [
            {"metric": it.key[0], **_line(it, of_metric.get(it.key[0]))}
            for it in promises.standings(now, [Dimension.METRIC])
        ],
        "all": _line(promises.standing(now), promises.standing(before)),
        "causes": _causes(now),
        "cases": {kind: _cases(now, kind) for kind in Kind.values},
        "cases_before": {kind: _cases(before, kind) for kind in Kind.values},
        "worst": _worst(now),
    }


def _line(standing: Standing, before: Standing | None) -> dict[str, Any]:
    spread = (standing.p50, standing.p90, standing.p99)
    return {
        "met": standing.share.met,
        "due": standing.share.due,
        "open": standing.still_open,
        "spread": [None if it is None else it.total_seconds() for it in spread],
        "met_before": before.share.met if before else 0,
        "due_before": before.share.due if before else 0,
    }


def _causes(asked: Asked) -> list[list[Any]]:
    """How often each cause made a promise missed, the most frequent first."""
    found: Counter[str] = Counter()
    for it in breaches.causes(since=asked.since, until=asked.until):
        found[it.cause.value] += it.count
    return [[cause, count] for cause, count in found.most_common()]


def _cases(asked: Asked, kind: str) -> dict[str, Any]:
    found: Counts = counts.count(Wanted(asked.since, asked.until, kind=kind))
    return {"count": dict(found.count), "total": dict(found.total)}


def _worst(asked: Asked) -> list[dict[str, int]]:
    """The hours of the week in which most promises were missed."""
    hours = promises.standings(
        asked, [Dimension.WEEKDAY, Dimension.HOUR], percentiles=False
    )
    missed = sorted(
        (it for it in hours if it.share.missed),
        key=lambda it: (-it.share.missed, it.key),
    )
    return [
        {
            "weekday": int(it.key[0]),
            "hour": int(it.key[1]),
            "missed": it.share.missed,
            "due": it.share.due,
        }
        for it in missed[:WORST]
    ]


def asked_of(period: Period) -> Asked:
    return Asked(midnight(period.first), midnight(period.last + ONE_DAY))


# --- Words ---------------------------------------------------------------------------


@transaction.atomic
def write(
    report: Report, *, words: str, improvements: str, seen: str, by: User, at: datetime
) -> Report:
    """Say something to the figures and what is improved, until the report goes out.

    `seen` is the fingerprint of what this person looked at: what a colleague has
    written since is not overwritten unseen. The same twice is written once. Raises
    NotAllowed, IllegalStep, ValidationError (words, improvements, or all).
    """
    report = _locked(report, by=by)
    if (report.words, report.improvements) == (words.strip(), improvements.strip()):
        return report
    for field, text in (("words", words), ("improvements", improvements)):
        if len(text) > MOST_WORDS or "\x00" in text:
            limit = {"limit": MOST_WORDS}
            raise unfit(
                field, _("Write up to %(limit)s characters.") % limit, code="words_long"
            )
    if seen != fingerprint(report):
        raise ValidationError(
            _(
                "A colleague has written something meanwhile; it stands above. What you"
                " wrote is kept here: save again to put it in its place."
            ),
            code="report_changed",
        )
    report.words, report.improvements = words.strip(), improvements.strip()
    report.written_by, report.written_at = by, at
    report.save(update_fields=["words", "improvements", "written_by", "written_at"])
    return report


def fingerprint(report: Report) -> str:
    """Of what people have written, to notice that it has changed since."""
    said = repr((report.words, report.improvements))
    return hashlib.sha256(said.encode()).hexdigest()


@transaction.atomic
def release(report: Report, *, by: User, at: datetime) -> Report:
    """Let it go out now. Raises NotAllowed, IllegalStep."""
    report = _locked(report, by=by)
    report.goes_out_at = min(report.goes_out_at, at)
    report.save(update_fields=["goes_out_at"])
    return report


def _locked(report: Report, *, by: User) -> Report:
    if not by.supervises:
        raise NotAllowed("report")
    report = Report.objects.select_for_update(of=("self",)).get(pk=report.pk)
    if report.sent_at is not None:
        raise IllegalStep(
            _("This report has gone out; nothing can be added."),
            step="write",
            status="sent",
        )
    return report


# --- Sending -------------------------------------------------------------------------


@transaction.atomic
def address(*, at: datetime) -> int:
    """Order a mail to each who supervises of every report that goes out; how many."""
    count = 0
    people = User.objects.with_role(*SUPERVISES).exclude(email="")
    ready = Report.objects.to_send(at=at).select_for_update(skip_locked=True)
    for report in ready.order_by("pk"):
        rows = [ReportMail(report=report, recipient=it, next_at=at) for it in people]
        count += len(ReportMail.objects.bulk_create(rows, ignore_conflicts=True))
        Report.objects.filter(pk=report.pk).update(sent_at=at)
    return count


def claim(*, at: datetime) -> ReportMail | None:
    """Take the mail that has waited longest; who dies with it leaves it to the next."""
    waiting = (
        _waiting(at=at)
        .filter(recipient__is_active=True, recipient__role__in=SUPERVISES)
        .exclude(recipient__email="")
        .select_related("report__written_by", "recipient")
        .order_by("next_at", "pk")
    )
    for mail in waiting[:10]:
        mine = ReportMail.objects.filter(
            pk=mail.pk, sent_at=None, failed_at=None, next_at=mail.next_at
        )
        mail.next_at, mail.attempts = at + LEASE, mail.attempts + 1
        if mine.update(next_at=mail.next_at, attempts=mail.attempts):
            return mail
    return None


def sent(mail: ReportMail, *, at: datetime) -> None:
    """It is on its way."""
    ReportMail.objects.filter(pk=mail.pk).update(sent_at=at)


def failed(mail: ReportMail, *, at: datetime) -> None:
    """It did not go out: later again, less and less often, then never."""
    row = ReportMail.objects.filter(pk=mail.pk, sent_at=None)
    if mail.attempts > len(RETRY_AFTER):
        _give_up(row, at=at)
    else:
        row.update(next_at=at + RETRY_AFTER[mail.attempts - 1])


def give_up_hopeless(*, at: datetime) -> int:
    """Give up what its recipient cannot get, or may not read, any more; how many."""
    hopeless = (
        Q(recipient__is_active=False)
        | ~Q(recipient__role__in=SUPERVISES)
        | Q(recipient__email="")
    )
    return _give_up(_waiting(at=at).filter(hopeless), at=at)


def _waiting(*, at: datetime) -> "QuerySet[ReportMail]":
    return ReportMail.objects.filter(sent_at=None, failed_at=None, next_at__lte=at)


def _give_up(rows: "QuerySet[ReportMail]", *, at: datetime) -> int:
    count = rows.update(failed_at=at)
    if count:
        logger.error("%d reports by mail were given up", count)
    return count
