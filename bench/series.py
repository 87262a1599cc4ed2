"""Several measurements, one after another, each a program of its own."""

import argparse
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence

from bench.house import say
from helpdesk.launch.place import ROOT

Series = Mapping[str, Sequence[str]]


def run(prog: str, description: str | None, *, full: Series, quick: Series) -> int:
    """Run what the command line asks for; returns how many failed."""
    parser = argparse.ArgumentParser(prog=prog, description=description)
    parser.add_argument("--quick", action="store_true", help="smaller numbers")
    parser.add_argument("--only", nargs="+", choices=full, default=list(full))
    parser.add_argument("--write", action="store_true", help="into RESULTS.md")
    options = parser.parse_args()
    failed = []
    for name, words in (quick if options.quick else full).items():
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
