"""A virtual month: random lives of tickets by the engine and by an oracle, compared.

`python -m bench.month --tickets 50000`; the same seed gives the same month.
"""

import argparse
import json
import logging
import os
import subprocess
import sys
import time
from datetime import datetime

from django.db import connection

from bench import house
from bench.house import say
from helpdesk.launch.place import ROOT
from sla.services import verification
from sla.services.verification import Scope
from tests.sla.month import Month, tally
from tests.sla.oracle import SHANGHAI

MOST_SHOWN = 20
# Months in which much is closed, or worked instead; each share of tickets lives one.
BEGINS = ("2026-11-01", "2026-09-18")


def play(tickets: int, *, seed: int, begin: str) -> bool:
    """One share, in a database of its own; whether all agree."""
    logging.disable(logging.ERROR)
    starts = datetime.fromisoformat(begin).replace(tzinfo=SHANGHAI)
    with house.own_database("month"):
        # Nothing crashes here: what is compared does not depend on when it is flushed.
        with connection.cursor() as cursor:
            cursor.execute("SET synchronous_commit = off")
        month = Month(tickets, seed=seed, begin=starts, progress=say)
        began = time.monotonic()
        wrong = month.play()
        lived = time.monotonic() - began
        wrong += [
            f"{finding.ticket} {finding.clock}: {problem}"
            for piece in verification.verify(Scope(), jobs=1)
            for finding in piece.findings
            for problem in finding.problems
        ]
        happened = tally(month)
    print(
        f"{tickets:,} tickets from {begin} (seed {seed}), {sum(month.acts.values()):,}"
        f" acts, {len(month.oracle.clocks):,} clocks in {lived:.0f} s:"
        f" {json.dumps(happened)}; {len(wrong)} differences",
        flush=True,
    )
    for words in wrong[:MOST_SHOWN]:
        print(f"  WRONG: {words}", flush=True)
    return not wrong


def share_out(tickets: int, processes: int, seed: int) -> bool:
    """All tickets, in several processes at once."""
    shares = [tickets // processes] * processes
    shares[0] += tickets - sum(shares)
    children = [
        subprocess.Popen(
            [
                *(sys.executable, "-m", "bench.month", "--alone"),
                *("--tickets", str(share), "--seed", str(seed + place)),
                *("--begin", BEGINS[place % len(BEGINS)]),
            ],
            cwd=ROOT,
        )
        for place, share in enumerate(shares)
        if share
    ]
    return not sum(child.wait() != 0 for child in children)


def main() -> int:
    """Run, and say by the exit code whether engine and oracle agree."""
    parser = argparse.ArgumentParser(prog="bench.month", description=__doc__)
    parser.add_argument("--tickets", type=int, default=50_000)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seed", type=int, default=2026_11_01)
    parser.add_argument(
        "--begin", default=BEGINS[0], help="with --alone: the first day"
    )
    parser.add_argument("--alone", action="store_true", help="in this process")
    options = parser.parse_args()
    if options.alone:
        good = play(options.tickets, seed=options.seed, begin=options.begin)
    else:
        good = share_out(options.tickets, options.processes, options.seed)
        print(f"verdict: engine and oracle {'agree' if good else 'DIFFER'}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
