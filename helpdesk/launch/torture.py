"""`./shoushi torture`: what the tests prove in short, in earnest and at length."""

import sys

from helpdesk.launch import foreground
from helpdesk.launch.signals import Signals
from helpdesk.launch.throwaway import empty_servers
from helpdesk.launch.translations import compile_translations


def torture(args: list[str]) -> int:
    """Run `bench/torture.py` on servers that are thrown away afterwards."""
    compile_translations()
    with (
        Signals() as signals,
        empty_servers("torture", signals=signals, careless=True) as env,
    ):
        command = [sys.executable, "-m", "bench.torture", *args]
        return foreground.run(command, env=env, signals=signals)
