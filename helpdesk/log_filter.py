"""What the log leaves out: addresses that open something, and a start as an error."""

import logging
import re
from typing import Final

_KEY: Final = re.compile(
    r"(/thread/[A-Z0-9]*|/quotation/[A-Z0-9]+(?=\.)|/follow/link/[A-Z0-9]*|/sign-in/)"
    r"[^/\s?]+"
)

HEALTH: Final = "/healthz"
UNWELL: Final = 503


class WithoutKeys(logging.Filter):
    """Keeps the number of a conversation, offer or case, drops the secret behind."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        if (shown := _KEY.sub(r"\1…", text)) != text:
            record.msg, record.args = shown, None
        return True


class StartIsNoError(logging.Filter):
    """Until a process has been well once, its 503 at /healthz is waiting, not failing.

    Whoever starts the product asks there until everything works.
    """

    was_well = False

    def filter(self, record: logging.LogRecord) -> bool:
        if not self.was_well and getattr(record, "status_code", None) == UNWELL:
            request = getattr(record, "request", None)
            if getattr(request, "path", "") == HEALTH:
                record.levelno, record.levelname = logging.INFO, "INFO"
        return True
