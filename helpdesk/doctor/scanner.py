"""Does anybody look for viruses in what people send?"""

from collections.abc import Iterator
from typing import Final

from django.conf import settings

from helpdesk.doctor.finding import Finding, fail, ok, warn
from helpdesk.doctor.house import House
from tickets.services import scanning

NOT_SET_UP: Final = "not set up (CLAMD); files are not scanned, and the desk says so"


def clamd(house: House) -> Iterator[Finding]:
    """Reach ClamAV's daemon; files that it did not answer for are not handed out."""
    if not scanning.is_set_up():
        yield ok("virus scanner", NOT_SET_UP)
        return
    waiting = scanning.waiting_count()
    try:
        scanning.ping()
    except scanning.Unanswered as error:
        yield fail(
            "virus scanner",
            f"{settings.CLAMD} does not answer ({error}); {waiting} files wait for it",
            repair="start clamd, or correct CLAMD: the path of its LocalSocket, or"
            " host:port of its TCPSocket",
        )
        return
    if waiting:
        yield warn(
            "virus scanner",
            f"{settings.CLAMD} answers; {waiting} files still wait for it",
            repair="if it stays so for minutes: StreamMaxLength in clamd.conf must be"
            " at least VIDEO_MAX_BYTES",
        )
    else:
        yield ok("virus scanner", f"{settings.CLAMD} answers")
