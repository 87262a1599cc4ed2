"""`./shoushi test`: everything that is needed, then pytest."""

import os
import sys

from helpdesk.launch import chromium, foreground
from helpdesk.launch.console import Console
from helpdesk.launch.signals import Signals
from helpdesk.launch.throwaway import empty_servers
from helpdesk.launch.translations import compile_translations

# Two processes more than processors, because browsers and whole chains mostly wait; at
# most seven, because each needs two of Redis's sixteen databases (tests/settings.py).
PROCESSES = min((os.cpu_count() or 1) + 2, 7)
ALL = ("-n", str(PROCESSES))
ORDER = ("-p", "helpdesk.launch.order_of_tests")


def test(args: list[str]) -> int:
    """Run all tests, or those that the arguments name; pytest has the last word."""
    browser = chromium.provide(Console())
    compile_translations()
    with (
        Signals() as signals,
        empty_servers("test", signals=signals, careless=True) as env,
    ):
        command = [sys.executable, "-m", "pytest", *ORDER, *(args or ALL)]
        if not browser:
            command += ["-m", "not browser"]
        return foreground.run(
            command, env={**env, "CHROMIUM": browser}, signals=signals
        )
