"""Take a table away: ask for it, make its file, fetch it, sweep it away.

The rows are the list of work. A slice reads rows in the order of their keys through a
cursor of the server and writes them behind those that are there; the key of the last
one is kept with the place in the file. So memory stays the same however many there are,
a killed job loses one slice, and no job holds a transaction for long.

An Excel file is made slice by slice too, but by one job from the first row to the last:
openpyxl cannot go on in another process. That job takes minutes where all others take
seconds, so there is never more than one of it, and killed it starts again.
"""

import fcntl
import hashlib
import logging
import math
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import date, datetime, timedelta
from io import BufferedRandom
from itertools import islice
from pathlib import Path
from tempfile import gettempdir
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from catalog.exchange.sheets import Format
from catalog.exchange.streams import CsvWriter, TableWriter, XlsxWriter, tidy
from customers.text import one_line, unfit
from figures.exports.table import (
    OPEN,
    Cell,
    Narrow,
    Table,
    cell_of,
    heading_of,
    path_of,
)
from figures.exports.tables import TABLES
from figures.models import Act, Export, ExportLog, Trouble
from figures.models.export import export_path
from sla.days import midnight
from sla.one_at_a_time import one_at_a_time
from staff.models import Department, User
from tickets.models import Channel
from tickets.workflow import NotAllowed

logger = logging.getLogger(__name__)

# No job runs longer than 15 s, and others wait for the same workers.
SECONDS: Final = 4.0
# But for the one that makes an Excel file; it is killed after so many seconds. At two
# thousand rows a second so many rows are done long before.
LONGEST: Final = 7200
MOST_IN_XLSX: Final = 5_000_000
# "SHOX" in ASCII; one Excel file at a time holds it.
LOCK_KEY: Final = 0x53484F58
LEASE: Final = timedelta(seconds=60)
BATCH: Final = 2000
# How many files somebody may have made at once.
MOST_AT_ONCE: Final = 3
# The same thing asked for again within this is a second click, not a second wish.
SAME_WITHIN: Final = timedelta(seconds=30)
KEPT: Final = timedelta(days=7)
MOST_TRIES: Final = 5
TRIED_AGAIN_AFTER: Final = timedelta(minutes=1)
LEFT_FREE: Final = 1024**3
LONGEST_PERIOD: Final = timedelta(days=3660)
ZONE: Final = ZoneInfo(settings.TIME_ZONE)


class Lost(Exception):
    """Somebody else holds the file by now, or nobody wants it any more."""


# --- Asking --------------------------------------------------------------------------


@transaction.atomic
def order(
    *,
    table: str,
    as_: str,
    since: date | None,
    until: date | None,
    narrowed: Mapping[str, str],
    texts: bool,
    language: str,
    reason: str,
    by: User,
    at: datetime,
) -> Export:
    """Ask for a table; asked twice within moments it is the same file.

    Whoever asked holds it first, to make it at once if it is small. Raises NotAllowed;
    ValidationError: table, format, since, until, reason, or all.
    """
    if not by.supervises:
        raise NotAllowed("export")
    chosen = TABLES.get(table)
    if chosen is None:
        raise unfit("table", _("There is no such table."), code="table_unknown")
    if as_ not in {it.value for it in Format}:
        raise unfit("format", _("Please choose one."), code="format_unknown")
    missing = _("Please say what the file is for; it is put on record.")
    given = {
        "table": table,
        "format": as_,
        "narrowed": _narrowed(chosen, narrowed),
        "texts": texts and chosen.has_texts,
        "language": language,
        "reason": one_line(reason, field="reason", missing=missing),
        **_period(chosen, since, until),
    }
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    mine = Export.objects.filter(asked_by=by, cancelled_at=None, failed_at=None)
    if same := mine.filter(asked_at__gt=at - SAME_WITHIN, **given).first():
        return same
    if mine.unfinished().count() >= MOST_AT_ONCE:
        raise ValidationError(
            _("%(most)d of your files are still being made. Wait for one or cancel it.")
            % {"most": MOST_AT_ONCE},
            code="exports_many",
        )
    return Export.objects.create(
        **given, asked_by=by, asked_at=at, leased_until=at + LEASE
    )


def _period(
    table: Table, since: date | None, until: date | None
) -> dict[str, date | None]:
    """The days from which rows are taken, both of them included."""
    if not table.when:
        return {"since": None, "until": None}
    if since is None:
        raise unfit("since", _("Please choose a day."), code="since_missing")
    if until is None:
        raise unfit("until", _("Please choose a day."), code="until_missing")
    if until < since:
        raise unfit("until", _("This day is before the first."), code="until_before")
    if until - since > LONGEST_PERIOD:
        raise unfit("until", _("At most ten years."), code="period_long")
    return {"since": since, "until": until}


def _narrowed(table: Table, wishes: Mapping[str, str]) -> dict[str, str]:
    """What of the wishes this table can be chosen by."""
    return {
        str(it.value): wishes[it]
        for it in Narrow
        if it in table.narrows and wishes.get(it)
    }


# --- Which rows ----------------------------------------------------------------------


def rows_of(export: Export, user: User) -> "models.QuerySet[Any]":
    """The rows of an export that a person may see, in the order of their keys."""
    table = TABLES[export.table]
    found = table.rows(user)
    if table.more:
        found = found.annotate(**table.more(export.asked_at))
    if table.when and export.since and export.until:
        span = {
            f"{table.when}__gte": midnight(export.since),
            f"{table.when}__lt": midnight(export.until + timedelta(days=1)),
        }
        found = found.filter(**span)
    for name, wish in export.narrowed.items():
        found = found.filter(**_filter(Narrow(name), table.narrows[Narrow(name)], wish))
    return found.order_by("pk")


def _filter(narrow: Narrow, path: str, wish: str) -> dict[str, Any]:
    if narrow == Narrow.OUTCOME:
        return {path: "" if wish == OPEN else wish}
    if narrow == Narrow.METRIC:
        return {path: wish}
    # By key, which spares a join.
    named: dict[Narrow, models.QuerySet[Any]] = {
        Narrow.CHANNEL: Channel.objects.filter(code=wish),
        Narrow.DEPARTMENT: Department.objects.filter(code=wish),
        Narrow.AGENT: User.objects.filter(work_number=wish),
    }
    return {path: named[narrow].values_list("pk", flat=True).first() or 0}


# --- Making --------------------------------------------------------------------------


def work(*, clock: Callable[[], datetime], seconds: float = SECONDS) -> int:
    """Add to the CSV files that wait until the time is over; how many rows.

    One slice is made in any case. Several at once never work on the same file.
    """
    until = time.monotonic() + seconds
    count = 0
    while export := _claim(Format.CSV, at=clock()):
        count += go_on(export, clock=clock, until=until)
        if time.monotonic() >= until:
            break
    return count


def make_xlsx(*, clock: Callable[[], datetime]) -> int:
    """Make the Excel file that has waited longest; how many rows.

    Does nothing while another one is being made.
    """
    with one_at_a_time(LOCK_KEY) as alone:
        export = _claim(Format.XLSX, at=clock()) if alone else None
        if export is None:
            return 0
        return go_on(export, clock=clock, until=math.inf)


def go_on(export: Export, *, clock: Callable[[], datetime], until: float) -> int:
    """Work on a file that the caller holds; how many rows it has gained.

    `until` is a reading of time.monotonic(): a CSV gets a slice, an XLSX that is not
    whole by then is given up, for somebody with more time. Whatever is wrong with one
    of them, the next one is worked on. Whoever holds it no longer does nothing.
    """
    before = 0 if export.format == Format.XLSX else export.rows
    try:
        if export.expected is None and export.tries:  # not made at once
            _count(export)
        if trouble := _hindrance(export):
            _fail(export, trouble, at=clock())
            return 0
        with translation.override(export.language):
            if export.format == Format.XLSX:
                _whole(export, clock=clock, until=until)
            else:
                _slice(export, clock=clock, until=until)
    except (Lost, BlockingIOError):
        return 0
    except Exception:
        logger.exception("no slice of export %s", export.pk)
        _try_again(export, at=clock())
        return 0
    return export.rows - before


def _claim(as_: Format, *, at: datetime) -> Export | None:
    """Take hold of the file that has waited longest."""
    waiting = Export.objects.to_work_on(at=at).filter(format=as_)
    for export in waiting.select_related("asked_by")[:MOST_AT_ONCE]:
        seen = export.leased_until
        export.leased_until = at + LEASE
        # Counted before it is tried: whoever is killed counts nothing any more.
        export.tries += 1
        mine = Export.objects.unfinished().filter(pk=export.pk, leased_until=seen)
        if mine.update(leased_until=export.leased_until, tries=export.tries):
            return export
    return None


def _held(export: Export) -> "models.QuerySet[Export]":
    """The row, as long as it is ours."""
    return Export.objects.unfinished().filter(
        pk=export.pk, leased_until=export.leased_until
    )


def _hindrance(export: Export) -> Trouble | None:
    """What stands against going on."""
    who = export.asked_by
    if not who.is_active or not who.supervises:
        return Trouble.NO_RIGHT
    if export.tries > MOST_TRIES:
        return Trouble.FAULT
    if export.format == Format.XLSX and (export.expected or 0) > MOST_IN_XLSX:
        return Trouble.TOO_LARGE
    folder = Path(settings.MEDIA_ROOT)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    free = min(shutil.disk_usage(it).free for it in (folder, gettempdir()))
    return Trouble.NO_ROOM if free < LEFT_FREE else None


def _fail(export: Export, trouble: Trouble, *, at: datetime) -> None:
    _held(export).update(failed_at=at, trouble=trouble, leased_until=None)


def _try_again(export: Export, *, at: datetime) -> None:
    if export.tries < MOST_TRIES:
        _held(export).update(leased_until=at + TRIED_AGAIN_AFTER)
    else:
        _fail(export, Trouble.FAULT, at=at)


def _count(export: Export) -> None:
    """How many rows there will be; it makes the progress bar true."""
    export.expected = rows_of(export, export.asked_by).count()
    _held(export).update(expected=export.expected)


def _slice(export: Export, *, clock: Callable[[], datetime], until: float) -> None:
    """Write rows behind those that are in a CSV."""
    with _opened(export) as out:
        if os.fstat(out.fileno()).st_size < export.stopped.get("size", 0):
            _from_the_start(export)  # lost with the power
        size = export.stopped.get("size", 0)
        writer = CsvWriter(out, heading=_heading(export), stopped_at=size)
        whole = _add(export, writer, until=until)
        if whole:
            writer.finish()
            _measure(export, out)
        else:
            export.stopped = {"size": writer.stop()}
    if whole:
        _finish(export, at=clock())
    else:
        _keep(export, at=clock())


def _whole(export: Export, *, clock: Callable[[], datetime], until: float) -> None:
    """Write an XLSX from the first row to the last, or give it up."""
    _from_the_start(export)
    with (
        _opened(export) as out,
        closing(XlsxWriter(out, heading=_heading(export))) as writer,
    ):
        while not _add(export, writer, until=min(until, time.monotonic() + SECONDS)):
            if time.monotonic() >= until:
                _from_the_start(export)
                _keep(export, at=clock())
                return
            _hold(export, at=clock())
        writer.finish()
        _measure(export, out)
    _finish(export, at=clock())


def _from_the_start(export: Export) -> None:
    export.rows = export.last_key = 0
    export.stopped = {}


def _heading(export: Export) -> list[str]:
    table = TABLES[export.table]
    columns = table.chosen(texts=export.texts)
    return [heading_of(table, column) for column in columns]


def _add(export: Export, writer: TableWriter, *, until: float) -> bool:
    """Write rows until the time is over; whether that was all of them."""
    table = TABLES[export.table]
    columns = table.chosen(texts=export.texts)
    paths = [path_of(column) for column in columns]
    cells = [cell_of(table, column) for column in columns]
    with transaction.atomic():  # a cursor of the server lives in a transaction
        rows = rows_of(export, export.asked_by).filter(pk__gt=export.last_key)
        for batch in _batches(rows.values_list("pk", *paths)):
            writer.write(_said(batch, cells))
            export.rows += len(batch)
            export.last_key = batch[-1][0]
            if time.monotonic() >= until:
                return False
    return True


def _batches(rows: "models.QuerySet[Any, Any]") -> Iterator[list[tuple[Any, ...]]]:
    found = rows.iterator(chunk_size=BATCH)
    while batch := list(islice(found, BATCH)):
        yield batch


def _said(
    batch: Iterable[tuple[Any, ...]], cells: Sequence[Cell | None]
) -> Iterator[list[Any]]:
    """Rows as they stand in the file; the first value of each is its key."""
    for row in batch:
        yield [
            say(value) if say else value
            for say, value in zip(cells, row[1:], strict=True)
        ]


@contextmanager
def _opened(export: Export) -> Iterator[BufferedRandom]:
    """The file, to be read and written by us alone; made if it is not there.

    Who slept through the end of a lease may wake up in the middle of a row: the lock
    keeps others away until then, and shows the sleeper that it is too late.
    """
    name = export_path(export)
    if not default_storage.exists(name):
        default_storage.save(name, ContentFile(b""))
    export.file.name = name
    with cast(BufferedRandom, default_storage.open(name, "r+b").file) as out:
        fcntl.flock(out, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not _held(export).exists():
            raise Lost
        yield out


def _measure(export: Export, out: BufferedRandom) -> None:
    """The file is on the disk, so long and with this sum."""
    os.fsync(out.fileno())
    export.size = out.seek(0, os.SEEK_END)
    out.seek(0)
    export.sha256 = hashlib.file_digest(out, "sha256").hexdigest()


def _hold(export: Export, *, at: datetime) -> None:
    """Show how far it is and stay with it; raises Lost if it was cancelled."""
    export.asked_by.refresh_from_db()
    if trouble := _hindrance(export):
        _fail(export, trouble, at=at)
        raise Lost
    until = at + LEASE
    if not _held(export).update(rows=export.rows, leased_until=until):
        raise Lost
    export.leased_until = until


def _keep(export: Export, *, at: datetime) -> None:
    """How far it is; the file is free for the next slice."""
    _held(export).update(
        rows=export.rows,
        last_key=export.last_key,
        stopped=export.stopped,
        file=export.file.name,
        tries=0,
        leased_until=at,
    )


@transaction.atomic
def _finish(export: Export, *, at: datetime) -> None:
    """The file is whole, and that is on record."""
    export.finished_at, export.expires_at = at, at + KEPT
    done = _held(export).update(
        rows=export.rows,
        expected=export.rows,
        last_key=export.last_key,
        stopped={},
        file=export.file.name,
        size=export.size,
        sha256=export.sha256,
        finished_at=export.finished_at,
        expires_at=export.expires_at,
        leased_until=None,
    )
    if done:
        _record(export, Act.MADE, by=export.asked_by, at=at)
    else:  # cancelled meanwhile, or another holds it
        export.finished_at = export.expires_at = None


# --- Afterwards ----------------------------------------------------------------------


def cancel(export: Export, *, at: datetime) -> bool:
    """Make no more of it; whether there was something to cancel.

    The caller has asked the row filter. Cancelled twice it is cancelled once.
    """
    waiting = Export.objects.unfinished().filter(pk=export.pk)
    return waiting.update(cancelled_at=at, stopped={}) > 0


def fetch(export: Export, *, by: User, at: datetime) -> None:
    """Put on record that somebody takes the file; the caller has asked the row filter.

    A second click within moments is the same taking. Raises Export.DoesNotExist where
    there is none to take.
    """
    name = export.file.name or ""
    if not export.is_ready(at=at) or not export.file.storage.exists(name):
        raise Export.DoesNotExist
    just_now = {"act": Act.FETCHED, "by": by, "at__gt": at - SAME_WITHIN}
    if not export.log.filter(**just_now).exists():
        _record(export, Act.FETCHED, by=by, at=at)


def sweep(*, at: datetime, most: int = 200) -> int:
    """Remove the files that have no use any more; how many. Harmless when run twice."""
    tidy(seconds=LONGEST)
    count = 0
    for export in Export.objects.to_sweep(at=at)[:most]:
        default_storage.delete(export_path(export))
        mine = Export.objects.filter(pk=export.pk, swept_at=None)
        count += mine.update(swept_at=at, file="")
    return count


def _record(export: Export, act: Act, *, by: User, at: datetime) -> None:
    ExportLog.objects.create(
        export=export,
        act=act,
        by=by,
        at=at,
        table=export.table,
        format=export.format,
        what={
            "since": export.since and export.since.isoformat(),
            "until": export.until and export.until.isoformat(),
            "texts": export.texts,
            **export.narrowed,
        },
        reason=export.reason,
        rows=export.rows,
        size=export.size,
        sha256=export.sha256,
    )
