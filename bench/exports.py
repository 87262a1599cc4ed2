"""How long a million clocks take to become a file, beside PostgreSQL's own COPY.

`./shoushi bench exports --clocks 1000000 --write`
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from datetime import date, timedelta
from io import RawIOBase
from typing import Any, Final

from django.db import connection
from django.utils import timezone, translation

from bench import crowd, house, people, results
from bench.house import say
from catalog.exchange.sheets import Format
from figures.exports.table import path_of
from figures.exports.tables import TABLES
from figures.models import Export
from figures.services import exports
from helpdesk.launch.place import ROOT
from sla import detector
from staff.models import Role, User

MISSED: Final = 10
WAYS: Final = {Format.CSV: "in slices", Format.XLSX: "in one go"}
MEBIBYTE: Final = 1024**2


class Counted(RawIOBase):
    """Takes everything and keeps only how much it was."""

    size = 0

    def write(self, content: Any) -> int:
        self.size += len(content)
        return len(content)


def order(as_: str) -> Export:
    """Ask for every clock, as a supervisor would."""
    return exports.order(
        table="clocks",
        as_=as_,
        since=date(2020, 1, 1),
        until=date(2029, 12, 31),
        narrowed={},
        texts=False,
        language="en",
        reason="a measurement",
        by=User.objects.get(role=Role.SUPERVISOR),
        at=timezone.now() - 2 * exports.LEASE,  # free for the job at once
    )


def copy() -> tuple[float, int]:
    """The same rows and columns by COPY: seconds and bytes."""
    export = order(Format.CSV)
    columns = TABLES["clocks"].columns
    with translation.override("en"):
        paths = [path_of(column) for column in columns]
        rows = exports.rows_of(export, export.asked_by).values_list("pk", *paths)
        sql, parameters = rows.query.sql_with_params()
    exports.cancel(export, at=timezone.now())
    out = Counted()
    with connection.cursor() as cursor:
        query = cursor.mogrify(sql, parameters).decode()
        began = time.perf_counter()
        cursor.copy_expert(f"COPY ({query}) TO STDOUT (FORMAT csv)", out)
        return time.perf_counter() - began, out.size


def make() -> None:
    """Work like the job until nothing waits; tells what it took, for the parent."""
    base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    slices, longest = 0, 0.0
    began = time.perf_counter()
    while Export.objects.unfinished().exists():
        start = time.perf_counter()
        exports.work(clock=timezone.now) or exports.make_xlsx(clock=timezone.now)
        slices, longest = slices + 1, max(longest, time.perf_counter() - start)
    told = {
        "seconds": time.perf_counter() - began,
        "base": base * 1024,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "slices": slices,
        "longest": longest,
    }
    print(json.dumps(told))


def made(as_: str) -> tuple[Export, dict[str, float]]:
    """One file, made by a process of its own, so that its memory is its own."""
    export = order(as_)
    done = subprocess.run(
        [sys.executable, "-m", "bench.exports", "--make"],
        cwd=ROOT,
        env=os.environ.copy(),
        capture_output=True,
        text=True,
        check=True,
    )
    export.refresh_from_db()
    assert export.sha256, export.trouble
    return export, json.loads(done.stdout)


def main() -> None:
    """Write clocks, let a tenth be missed; COPY them, then CSV, then XLSX."""
    parser = argparse.ArgumentParser(prog="bench.exports", description=__doc__)
    parser.add_argument("--clocks", type=int, default=1_000_000)
    parser.add_argument("--write", action="store_true", help="into RESULTS.md")
    parser.add_argument("--make", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.make:
        make()
        return
    shape = results.machine()
    missed = options.clocks // MISSED
    with house.own_database("bench_exports"):
        people.told_of_misses()
        say(f"{options.clocks:,} clocks: writing them")
        far = timezone.now() + timedelta(days=2)
        late = timezone.now() - timedelta(minutes=1)
        rest = options.clocks - missed
        spread = timedelta(days=20) / rest
        crowd.add(rest, prefix="FAR", first_due=far, apart=spread, warned=False)
        crowd.add(missed, prefix="LATE", first_due=late, warned=False)
        while detector.sweep(clock=timezone.now).claimed:
            pass
        crowd.tidy()
        say("COPY")
        bare, size = min(copy() for _ in range(2))
        rows = [
            ["COPY (SELECT ...) TO STDOUT", *_line(options.clocks, bare, bare, size)]
        ]
        rows[0] += ["–", "–", "–"]
        for as_ in Format:
            say(as_.name)
            export, told = made(as_)
            assert export.rows == options.clocks
            export.file.storage.delete(export.file.name or "")
            more = told["peak"] - told["base"]
            rows.append(
                [
                    f"{as_.name} {WAYS[as_]}, with its SHA-256",
                    *_line(options.clocks, told["seconds"], bare, export.size),
                    f"{told['peak'] / MEBIBYTE:.0f} (+{more / MEBIBYTE:.0f})",
                    f"{told['slices']:.0f}",
                    f"{told['longest']:.1f}",
                ]
            )
    head = ["", "s", "rows/s", "times COPY", "MiB", "peak MiB", "slices", "longest s"]
    results.show(
        results.table(head, rows),
        section="exports",
        title="Files of all clocks",
        shape=shape,
        words=f"{options.clocks:,} clocks, one row each of"
        f" {len(TABLES['clocks'].columns)} columns; one in {MISSED} was missed. COPY"
        " runs the same query and keeps nothing. Each file is made by a process of its"
        " own as the job makes it: the CSV in slices, the XLSX by openpyxl in one"
        " go; in brackets what its memory grew by.",
        write=options.write,
    )


def _line(count: int, seconds: float, bare: float, size: int) -> list[str]:
    ratio = f"{seconds / bare:.1f}"
    return [
        f"{seconds:.1f}",
        f"{count / seconds:,.0f}",
        ratio,
        f"{size / MEBIBYTE:.0f}",
    ]


if __name__ == "__main__":
    main()
