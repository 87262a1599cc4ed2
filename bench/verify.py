"""How long it takes to prove a million clocks from their records.

`./shoushi bench verify --clocks 1000000 --write`
"""

import argparse
import os
import subprocess
import sys
import time
from datetime import timedelta
from typing import Final

from django.db import connection
from django.utils import timezone

from bench import crowd, house, results
from bench.house import say
from helpdesk.launch.place import ROOT
from sla import detector
from sla.models import Clock, ClockEvent

MISSED: Final = 10
FORGE_SQL: Final = """
SET session_replication_role = replica;
UPDATE sla_clock SET due_at = due_at + interval '1 second' WHERE id = %s;
SET session_replication_role = DEFAULT;
"""


def verify() -> tuple[int, str, float]:
    """Run the command as an auditor would: its code, its words, its seconds."""
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "manage.py", "sla_verify"],
        cwd=ROOT,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr, time.perf_counter() - began


def main() -> None:
    """Write clocks, let a tenth be missed, verify; then forge one and verify again."""
    parser = argparse.ArgumentParser(prog="bench.verify", description=__doc__)
    parser.add_argument("--clocks", type=int, default=1_000_000)
    parser.add_argument("--write", action="store_true", help="into RESULTS.md")
    options = parser.parse_args()
    shape = results.machine()
    missed = options.clocks // MISSED
    with house.own_database("bench_verify"):
        say(f"{options.clocks:,} clocks: writing them")
        far = timezone.now() + timedelta(days=2)
        late = timezone.now() - timedelta(minutes=1)
        rest = options.clocks - missed
        spread = timedelta(days=20) / rest
        crowd.add(rest, prefix="FAR", first_due=far, apart=spread, warned=False)
        crowd.add(missed, prefix="LATE", first_due=late, warned=False)
        crowd.tidy()
        say(f"{missed:,} clocks: letting the detector find them")
        while detector.sweep(clock=timezone.now).claimed:
            pass
        assert Clock.objects.exclude(breached_at=None).count() == missed
        crowd.tidy()
        lines = ClockEvent.objects.count()
        say(f"{options.clocks:,} clocks: verifying")
        code, said, taken = verify()
        assert code == 0, said
        with connection.cursor() as cursor:
            cursor.execute(FORGE_SQL, [Clock.objects.order_by("pk")[rest // 2].pk])
        say("one forged: verifying again")
        forged_code, forged_said, _ = verify()
        assert forged_code != 0, forged_said
    rows = [
        ["clocks", f"{options.clocks:,}"],
        ["lines of their records", f"{lines:,}"],
        ["time to verify them all, s", f"{taken:.1f}"],
        ["clocks/s", f"{options.clocks / taken:,.0f}"],
        ["one deadline moved by a second with SQL", "found"],
    ]
    results.show(
        results.table(["", ""], rows),
        section="verify",
        title="Proof of all clocks",
        shape=shape,
        words=f"`manage.py sla_verify` as a program of its own; one in {MISSED} clocks"
        " was missed and has lines of warning and breach. Then one clock is changed"
        " behind the product's back.",
        write=options.write,
    )


if __name__ == "__main__":
    main()
