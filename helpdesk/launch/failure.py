"""The one error of this package: a sentence for the person at the keyboard."""

import errno


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
