"""What one check has found, and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How it stands; only a failure makes the whole fail."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    SKIP = "skip"


@dataclass(frozen=True)
class Finding:
    """One line of the report; `repair` is the exact command or act that mends it."""

    check: str
    verdict: Verdict
    said: str
    repair: str = ""


def ok(check: str, said: str) -> Finding:
    return Finding(check, Verdict.OK, said)


def warn(check: str, said: str, *, repair: str) -> Finding:
    return Finding(check, Verdict.WARN, said, repair)


def fail(check: str, said: str, *, repair: str) -> Finding:
    return Finding(check, Verdict.FAIL, said, repair)


def skip(check: str, said: str) -> Finding:
    return Finding(check, Verdict.SKIP, said)
