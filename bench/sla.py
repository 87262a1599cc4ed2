"""All figures of the SLA engine, one measurement after another.

`./shoushi bench sla --quick` takes some minutes; in full it takes about an hour.
"""

import argparse
import subprocess
import sys
import time
from typing import Final

from bench.house import say
from helpdesk.launch.place import ROOT

FULL: Final = {
    "due_times": ["--clocks", "1000000"],
    "what_if": ["--clocks", "1000000"],
    "reply": ["--clocks", "100000"],
    "detector": ["--clocks", "10000", "100000", "1000000"],
    "snapshot": ["--clocks", "100000"],
    "neighbour": ["--clocks", "100000"],
    "reading": ["--clocks", "1000000"],
    "verify": ["--clocks", "1000000"],
}
QUICK: Final = {
    "due_times": ["--clocks", "1000000"],
    "what_if": ["--clocks", "20000"],
    "reply": ["--clocks", "2000", "--count", "40"],
    "detector": ["--clocks", "10000", "--seconds", "5", "--bursts", "10000"],
    "snapshot": ["--clocks", "10000", "--seconds", "5", "--churn", "1"],
    "neighbour": ["--clocks", "10000", "--seconds", "5"],
    "reading": ["--clocks", "20000"],
    "verify": ["--clocks", "20000"],
}


def main() -> int:
    """Run each as a program of its own; the exit code counts those that failed."""
    parser = argparse.ArgumentParser(prog="bench.sla", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller numbers")
    parser.add_argument("--only", nargs="+", choices=FULL, default=list(FULL))
    parser.add_argument("--write", action="store_true", help="into RESULTS.md")
    options = parser.parse_args()
    failed = []
    for name, words in (QUICK if options.quick else FULL).items():
        if name not in options.only:
            continue
        say(f"\n=== {name} {' '.join(words)}")
        began = time.monotonic()
        command = [sys.executable, "-m", f"bench.{name}", *words]
        if options.write:
            command.append("--write")
        if subprocess.run(command, cwd=ROOT, check=False).returncode:
            failed.append(name)
        say(f"=== {name}: {time.monotonic() - began:.0f} s")
    if failed:
        say(f"Failed: {', '.join(failed)}")
    return len(failed)


if __name__ == "__main__":
    sys.exit(main())
