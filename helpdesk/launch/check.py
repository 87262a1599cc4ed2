"""`./shoushi check` and `./shoushi fix`: every rule that a machine can hold."""

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from helpdesk.launch import testing
from helpdesk.launch.console import Console
from helpdesk.launch.place import ROOT
from helpdesk.launch.signals import Signals
from helpdesk.launch.throwaway import empty_servers

TOOLS = Path(sys.executable).parent
RUFF = (sys.executable, "-m", "ruff")


def templates() -> list[str]:
    """All our templates."""
    return sorted(str(path) for path in ROOT.glob("templates/**/*.html"))


def steps() -> dict[str, Sequence[str]]:
    """What is checked without a database, fastest first."""
    return {
        "format": [*RUFF, "format", "--check", "."],
        "lint": [*RUFF, "check", "."],
        "imports": [str(TOOLS / "lint-imports")],
        "templates": [str(TOOLS / "djade"), "--check", *templates()],
        "template indentation": [str(TOOLS / "djhtml"), "--check", *templates()],
        "types": [sys.executable, "-m", "mypy"],
    }


def check(args: list[str]) -> int:
    """Run all steps even if one fails, the tests last."""
    console = Console()
    with (
        Signals() as signals,
        empty_servers("check", signals=signals, careless=True) as env,
    ):
        commands = steps()
        commands["migrations"] = [
            *(sys.executable, "manage.py", "makemigrations", "--check", "--dry-run")
        ]
        verdicts = {
            name: passes(name, command, env=env, console=console)
            for name, command in commands.items()
            if not signals.stops
        }
    verdicts["tests"] = testing.test([]) == 0
    failed = [name for name, good in verdicts.items() if not good]
    console.say(f"\nNot right: {', '.join(failed)}" if failed else "\nAll is well.")
    return 1 if failed else 0


def passes(
    name: str, command: Sequence[str], *, env: dict[str, str], console: Console
) -> bool:
    """Run one step; what it says is shown only if it fails."""
    started = time.monotonic()
    result = subprocess.run(
        command, cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    if result.returncode == 0:
        console.done(name, seconds=time.monotonic() - started)
        return True
    console.say(f"  ✗ {name}\n{result.stdout}{result.stderr}")
    return False


def fix(args: list[str]) -> int:
    """Repair what the tools repair by themselves."""
    commands: list[Sequence[str]] = [
        [*RUFF, "check", "--fix", "--quiet", "."],
        [*RUFF, "format", "--quiet", "."],
        [str(TOOLS / "djade"), *templates()],
        [str(TOOLS / "djhtml"), *templates()],
    ]
    for command in commands:
        subprocess.run(command, cwd=ROOT, check=False)
    return 0
