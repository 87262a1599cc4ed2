"""Addresses that open something by themselves stay out of the log."""

import logging
import re
from typing import Final

_KEY: Final = re.compile(
    r"(/thread/[A-Z0-9]*|/quotation/[A-Z0-9]+(?=\.)|/sign-in/)[^/\s?]+"
)


class WithoutKeys(logging.Filter):
    """Keeps the number of a conversation or quotation, drops the secret behind it."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        if (shown := _KEY.sub(r"\1…", text)) != text:
            record.msg, record.args = shown, None
        return True
