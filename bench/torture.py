"""The long forms of what the tests do in short: kills, races, a month, mistakes.

`./shoushi torture`; about an hour. `--quick` takes some minutes; `--only NAME ...` and
`--mutations` run a part of it.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from helpdesk.launch.place import ROOT

PYTEST: Final = ("-m", "pytest", "-q", "-p", "no:cacheprovider")


@dataclass(frozen=True)
class Part:
    """A program that ends well or not, and how often it runs."""

    command: Sequence[str]
    times: int = 1
    env: Mapping[str, str] = field(default_factory=dict)


FULL: Final[Mapping[str, Part]] = {
    "crash": Part(("-m", "bench.crash", "--seconds", "60"), times=3),
    "races": Part(
        (*PYTEST, "tests/sla/test_races.py"), times=5, env={"TORTURE_RACES": "4"}
    ),
    "sequences": Part(
        (*PYTEST, "tests/sla/test_promise_machine.py"),
        env={"TORTURE_EXAMPLES": "1000"},
    ),
    "month": Part(("-m", "bench.month", "--tickets", "50000")),
    "mutations": Part(("-m", "bench.mutations")),
}
QUICK: Final[Mapping[str, Part]] = {
    "crash": Part(("-m", "bench.crash", "--seconds", "12")),
    "races": Part((*PYTEST, "tests/sla/test_races.py")),
    "sequences": Part(
        (*PYTEST, "tests/sla/test_promise_machine.py"), env={"TORTURE_EXAMPLES": "50"}
    ),
    "month": Part(("-m", "bench.month", "--tickets", "600")),
    "mutations": Part(("-m", "bench.mutations", "`<` for `<=`", "SKIP LOCKED")),
}


def run(name: str, part: Part) -> bool:
    """Run a part as often as it says; whether it always ended well."""
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": settings_of(part), **part.env}
    for number in range(1, part.times + 1):
        print(f"\n=== {name} {number} of {part.times}", flush=True)
        command = [sys.executable, *part.command]
        if subprocess.run(command, cwd=ROOT, env=env, check=False).returncode:
            return False
    return True


def settings_of(part: Part) -> str:
    """Tests have settings of their own."""
    return "tests.settings" if "pytest" in part.command else "helpdesk.settings"


def verdict(parts: Mapping[str, Part]) -> bool:
    """Run all, print how each went and a verdict; whether all went well."""
    lines, good = [], True
    for name, part in parts.items():
        began = time.monotonic()
        held = run(name, part)
        good = good and held
        seconds = time.monotonic() - began
        lines.append(f"  {name}: {'held' if held else 'BROKEN'} ({seconds:,.0f} s)")
    print("\n" + "\n".join(lines))
    print(f"verdict: {'everything held' if good else 'NOT everything held'}")
    return good


def main() -> int:
    """Run, and say by the exit code whether everything held."""
    parser = argparse.ArgumentParser(prog="./shoushi torture", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller numbers")
    parser.add_argument("--only", nargs="+", choices=FULL, default=list(FULL))
    for name in FULL:
        parser.add_argument(
            f"--{name}",
            action="append_const",
            dest="chosen",
            const=name,
            help="only this",
        )
    options = parser.parse_args()
    wanted = options.chosen or options.only
    every = QUICK if options.quick else FULL
    parts = {name: part for name, part in every.items() if name in wanted}
    return 0 if verdict(parts) else 1


if __name__ == "__main__":
    sys.exit(main())
