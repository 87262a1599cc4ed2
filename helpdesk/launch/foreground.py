"""Run one program in front, as if it had been started by hand."""

import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence

from helpdesk.launch import process
from helpdesk.launch.place import ROOT
from helpdesk.launch.signals import Signals


def run(command: Sequence[str], *, env: Mapping[str, str], signals: Signals) -> int:
    """Its exit code. A request to stop is passed on, and we wait for its end."""
    child = process.spawn(command, env=env, cwd=ROOT, own_session=False)
    passed_on = 0
    while child.poll() is None:
        for number in signals.stops[passed_on:]:
            # From a terminal Ctrl+C has reached the child already.
            if number != signal.SIGINT or not sys.stdin.isatty():
                child.send_signal(signal.SIGINT if passed_on == 0 else signal.SIGTERM)
            passed_on += 1
        signals.wait(1.0)
    return exit_code(child)


def exit_code(child: subprocess.Popen[bytes]) -> int:
    """As a shell would report it."""
    return child.returncode if child.returncode >= 0 else 128 - child.returncode
