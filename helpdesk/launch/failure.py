"""The one error of this package: a sentence for the person at the keyboard."""

import errno
from pathlib import Path


class CannotGoOn(Exception):
    """What is wrong and what to do about it; shown without a traceback."""


class StopAsked(Exception):
    """Ctrl+C, TERM or HUP came while something was still starting."""


def of_os(error: OSError) -> CannotGoOn:
    """Say in words what the operating system refused."""
    where = error.filename or "the data folder"
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return CannotGoOn(
            f"The disk is full ({where}). Free some space, or choose another folder"
            " with DATA_DIR=/path, and start again."
        )
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return CannotGoOn(
            f"Cannot write to {where}. Start as its owner, or choose another folder"
            " with DATA_DIR=/path."
        )
    return CannotGoOn(f"{error.strerror or error}: {where}")


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


def explain(log_text: str) -> str:
    """A hint for the causes that a log names in its own words."""
    if "No space left on device" in log_text:
        return "\nThe disk is full: free some space and start again."
    return ""
