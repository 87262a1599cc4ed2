"""`./shoushi test`: everything that is needed, then pytest."""

import sys

from helpdesk.launch import chromium, foreground
from helpdesk.launch.console import Console
from helpdesk.launch.signals import Signals
from helpdesk.launch.throwaway import empty_servers
from helpdesk.launch.translations import compile_translations

# Side by side, the tests in the browser last and one after another: they look at
# seconds that pass, and two browsers at once would make them slow.
ALL = ("-n", "auto", "--dist", "loadgroup")
LAST = ("-p", "helpdesk.launch.browser_last")


def test(args: list[str]) -> int:
    """Run all tests, or those that the arguments name; pytest has the last word."""
    browser = chromium.provide(Console())
    compile_translations()
    with (
        Signals() as signals,
        empty_servers("test", signals=signals, careless=True) as env,
    ):
        command = [sys.executable, "-m", "pytest", *LAST, *(args or ALL)]
        if not browser:
            command += ["-m", "not browser"]
        return foreground.run(
            command, env={**env, "CHROMIUM": browser}, signals=signals
        )
