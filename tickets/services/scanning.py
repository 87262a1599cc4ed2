"""Virus scans by ClamAV's daemon, where there is one: CLAMD names its socket.

A client of our own: the libraries for it have been at rest for years, and of the
protocol one command is enough. Its words go into the log without name or case.
"""

import logging
import re
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from tickets import feed
from tickets.models import Attachment, Scan

if TYPE_CHECKING:
    from tickets.services.attachments import InspectedFile

logger = logging.getLogger(__name__)

ANSWER_SECONDS: Final = 5.0
PIECE: Final = 256 * 1024
LONGEST_ANSWER: Final = 4096
# A job ends well before the 15 seconds that any may take.
JOB_SECONDS: Final = 5.0
MOST_AT_ONCE: Final = 50


class Unanswered(Exception):
    """The scanner is not there, broke off, or could not look at this file."""


def is_set_up() -> bool:
    """Whether files are scanned here at all."""
    return bool(settings.CLAMD)


def scanned(files: Sequence["InspectedFile"]) -> list["InspectedFile"]:
    """The files with what the scanner said; what it did not answer is asked later.

    Raises ValidationError with one message per infected file, each naming the file.
    """
    if not is_set_up():
        return list(files)
    found, errors, answers = [], [], True
    for file in files:
        scan = Scan.WAITING
        if answers:
            try:
                scan = look(file.content)
            except Unanswered as error:
                logger.warning("a file waits for the virus scanner: %s", error)
                answers = False
        if scan == Scan.INFECTED:
            errors.append(_infected(file.name))
        found.append(replace(file, scan=scan))
    if errors:
        raise ValidationError(errors)
    return found


def look(content: bytes) -> Scan:
    """Clean or infected. Raises Unanswered."""
    try:
        with _connected() as line:
            line.sendall(b"zINSTREAM\0")
            for start in range(0, len(content), PIECE):
                piece = content[start : start + PIECE]
                line.sendall(len(piece).to_bytes(4, "big") + piece)
            line.sendall(bytes(4))
            answer = _answer(line)
    except (OSError, ValueError) as error:
        raise Unanswered(type(error).__name__) from error
    if answer.endswith(" FOUND"):
        name = answer.removesuffix(" FOUND").rpartition(":")[2].strip()
        logger.warning("an infected file was refused: %s", _plain(name))
        return Scan.INFECTED
    if answer.endswith(" OK"):
        return Scan.CLEAN
    raise Unanswered(_plain(answer) or "nothing")


def ping() -> None:
    """Ask whether the scanner is there. Raises Unanswered."""
    try:
        with _connected() as line:
            line.sendall(b"zPING\0")
            answer = _answer(line)
    except (OSError, ValueError) as error:
        raise Unanswered(type(error).__name__) from error
    if answer != "PONG":
        raise Unanswered(_plain(answer) or "nothing")


def scan_waiting(*, clock: Callable[[], datetime]) -> int:
    """Ask about the files that wait for an answer; how many got one.

    In no order, so that a file that the scanner never takes holds no other one up. An
    infected one is erased; its name stays, and says so.
    """
    if not is_set_up():
        return 0
    waiting = Attachment.objects.filter(scan=Scan.WAITING).order_by("?")
    until = clock().timestamp() + JOB_SECONDS
    answered = 0
    for pk in list(waiting.values_list("pk", flat=True)[:MOST_AT_ONCE]):
        if clock().timestamp() >= until or not _settle(pk):
            break
        answered += 1
    return answered


def waiting_count() -> int:
    """How many files nobody may open yet."""
    return Attachment.objects.filter(scan=Scan.WAITING).count()


def _settle(pk: int) -> bool:
    """Whether the scanner is there to go on with."""
    with transaction.atomic():
        locked = Attachment.objects.select_for_update(skip_locked=True, no_key=True)
        attachment = locked.filter(pk=pk, scan=Scan.WAITING).first()
        if attachment is None:
            return True
        try:
            with attachment.file.open("rb") as file:
                scan = look(file.read())
        except FileNotFoundError:
            scan = Scan.CLEAN  # nothing to hand out
        except Unanswered as error:
            logger.warning("a file waits for the virus scanner: %s", error)
            return False
        attachment.scan = scan
        attachment.save(update_fields=["scan"])
        feed.announce(attachment.message.ticket, "message", to_customer=True)
        if scan == Scan.INFECTED:
            transaction.on_commit(lambda: attachment.file.delete(save=False))
    return True


def _connected() -> socket.socket:
    """A line to the daemon: /path/of/its/socket, or host:port."""
    place = settings.CLAMD
    if place.startswith("/"):
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(ANSWER_SECONDS)
        try:
            line.connect(place)
        except OSError:
            line.close()
            raise
        return line
    host, _colon, port = place.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), ANSWER_SECONDS)


def _answer(line: socket.socket) -> str:
    """What it says up to its NUL; it has a few seconds for all of it."""
    until = time.monotonic() + ANSWER_SECONDS
    said = b""
    while not said.endswith(b"\0") and len(said) < LONGEST_ANSWER:
        line.settimeout(max(0.01, until - time.monotonic()))
        more = line.recv(LONGEST_ANSWER)
        if not more:
            break
        said += more
    return said.rstrip(b"\0\n").decode("utf-8", "replace")


def _plain(words: str) -> str:
    """Words of another program, fit for a line of the log."""
    return re.sub(r"[^\w.:/ -]", "?", words)[:120]


def _infected(name: str) -> ValidationError:
    return ValidationError(
        _(
            "“%(name)s” holds harmful software and was not kept. Please have your"
            " device checked."
        )
        % {"name": name},
        code="file_infected",
    )
