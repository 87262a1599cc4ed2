"""The logs of the parts: their last words, and an end to their growth."""

import shutil
from pathlib import Path

LARGEST_LOG = 10 * 1024**2
KEPT_OF_LOG = 1024**2
FULL = 1024**2


def tail(log: Path, *, lines: int = 20, start: int = 0) -> str:
    """The last lines of a log, counted from byte `start`."""
    try:
        with log.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(min(start, size), size - 64_000))
            text = file.read().decode(errors="replace")
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-lines:])


def explain(log_text: str, *, folder: Path) -> str:
    """A hint if the disk is full: then a log may have no room for its own words."""
    full = shutil.disk_usage(folder).free < FULL
    if full or "No space left on device" in log_text:
        return f"\nThe disk of {folder} is full: free some space and start again."
    return ""


def shorten(log: Path) -> None:
    """Keep the end of a log that has grown too long.

    Parts append to it, so that it may be cut under their hands.
    """
    try:
        if log.stat().st_size <= LARGEST_LOG:
            return
        with log.open("r+b") as file:
            file.seek(-KEPT_OF_LOG, 2)
            kept = file.read()
            log.with_name(f"{log.name}.1").write_bytes(kept)
            file.truncate(0)
    except FileNotFoundError:
        return
