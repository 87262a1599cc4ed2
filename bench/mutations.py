"""Make each mistake of a list in a copy of the product: its test must fail.

A test that passes although the engine is wrong proves nothing.

`python -m bench.mutations`, with words of a mistake to make only those.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from bench.mutants import MUTANTS, Mutant
from helpdesk.launch.place import ROOT

LEFT_OUT: Final = shutil.ignore_patterns(
    ".*", "__pycache__", "node_modules", "var", "*.egg-info"
)
PYTEST: Final = (
    *("-m", "pytest", "-q", "-x", "-p", "no:randomly", "-p", "no:cacheprovider"),
    *("--override-ini", "addopts="),
)
PASSED, FAILED = 0, 1


def run(folder: Path, tests: list[str]) -> tuple[int, str]:
    """What pytest says of some tests in a copy."""
    done = subprocess.run(
        [sys.executable, *PYTEST, *(f"tests/sla/{test}" for test in tests)],
        cwd=folder,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def try_mutant(folder: Path, mutant: Mutant) -> str:
    """Make a mistake, run its test, take it back; what is wrong, if anything."""
    path = folder / mutant.file
    right = path.read_text()
    if right.count(mutant.was) != 1:
        return f"stands {right.count(mutant.was)} times in {mutant.file}"
    path.write_text(right.replace(mutant.was, mutant.now))
    try:
        code, words = run(folder, [mutant.test])
    finally:
        path.write_text(right)
    if code == PASSED:
        return "nobody noticed"
    return "" if code == FAILED else f"the test could not run:\n{words[-2000:]}"


def run_all(mutants: list[Mutant]) -> bool:
    """Whether every mistake is noticed, and no test fails without one."""
    with tempfile.TemporaryDirectory(prefix="shoushi-mutations-") as name:
        folder = Path(name) / "copy"
        shutil.copytree(ROOT, folder, ignore=LEFT_OUT)
        code, words = run(folder, sorted({mutant.test for mutant in mutants}))
        if code != PASSED:
            print(f"The tests fail without any mistake:\n{words[-4000:]}")
            return False
        missed = 0
        for mutant in mutants:
            began = time.monotonic()
            wrong = try_mutant(folder, mutant)
            missed += bool(wrong)
            verdict = f"MISSED: {wrong}" if wrong else "noticed"
            seconds = time.monotonic() - began
            print(f"{mutant.mistake}: {verdict} ({seconds:.0f} s)", flush=True)
    print(f"verdict: {len(mutants) - missed} of {len(mutants)} mistakes noticed")
    return not missed


def main() -> int:
    """Run, and say by the exit code whether every mistake was noticed."""
    parser = argparse.ArgumentParser(prog="bench.mutations", description=__doc__)
    parser.add_argument("words", nargs="*", help="only mistakes with one of these")
    wanted = parser.parse_args().words
    chosen = [
        mutant
        for mutant in MUTANTS
        if not wanted or any(word in mutant.mistake for word in wanted)
    ]
    return 0 if chosen and run_all(chosen) else 1


if __name__ == "__main__":
    sys.exit(main())
