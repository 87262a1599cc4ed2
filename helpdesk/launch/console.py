"""Progress on the terminal: one line for each step, with its seconds."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

WIDTH = 58


class Console:
    """Says what happens; rewrites a line in place only where a terminal shows it."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.quiet = quiet
        self.live = sys.stdout.isatty() and not quiet

    def say(self, text: str = "") -> None:
        """Print one line at once."""
        if not self.quiet:
            print(text, flush=True)

    def warn(self, text: str) -> None:
        """Print one line where errors go, even when quiet."""
        print(text, file=sys.stderr, flush=True)

    def done(self, text: str, *, seconds: float) -> None:
        """Tick off a step."""
        start = "\r" if self.live else ""
        self.say(f"{start}  ✓ {text:<{WIDTH}}{seconds:6.1f} s")

    @contextmanager
    def step(self, text: str) -> Iterator[None]:
        """Show a step while it runs and tick it off when it has ended well."""
        started = time.monotonic()
        if self.live:
            print(f"  … {text}", end="", flush=True)
        try:
            yield
        except BaseException:
            if self.live:
                print(f"\r  ✗ {text}", flush=True)
            raise
        self.done(text, seconds=time.monotonic() - started)
