"""What the phrase guard says about a text, as the composer shows it."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from helpdesk.forms import ReplyForm
from knowledge.models.phrase import KIND_NAMES
from knowledge.phrase_guard import Finding, Verdict, in_utf16
from knowledge.services.phrases import findings_in, may_promise
from staff.models import User
from tickets.text import MESSAGE_MAX

SHOWN: Final = 6
GRAVEST_FIRST: Final = (
    Verdict.REFUSE,
    Verdict.CONFIRM,
    Verdict.ASK_SUPERVISOR,
    Verdict.MARK,
)


@dataclass(frozen=True)
class Mark:
    """One finding; `start` and `end` count as a browser does."""

    finding: Finding
    start: int
    end: int
    confirmed: bool

    @property
    def verdict(self) -> str:
        return self.finding.verdict.value

    @property
    def kind(self) -> str:
        return str(KIND_NAMES[self.finding.phrase.kind])


@dataclass(frozen=True)
class Marks:
    """All findings, the gravest first, and what their writer may do about them."""

    shown: list[Mark]
    more: int
    may_promise: Decimal | None
    may_override: bool
    reason: str

    @property
    def count(self) -> int:
        return len(self.shown) + self.more

    @property
    def refuses(self) -> bool:
        """Whether the text is not sent as it stands."""
        return any(mark.verdict == Verdict.REFUSE for mark in self.shown)


def marks_of(form: ReplyForm, *, by: User) -> Marks:
    """What the guard says about what stands in the form; nothing is kept."""
    form.is_valid()
    text = form.cleaned_data.get("text", "").replace("\r\n", "\n")[:MESSAGE_MAX]
    confirmed = form.cleaned_data["confirmed"]
    findings = findings_in(text, by=by) if text.strip() else []
    findings.sort(key=lambda finding: GRAVEST_FIRST.index(finding.verdict))
    return Marks(
        shown=[
            Mark(
                finding,
                start=in_utf16(text, finding.start),
                end=in_utf16(text, finding.end),
                confirmed=finding.phrase.text in confirmed,
            )
            for finding in findings[:SHOWN]
        ],
        more=len(findings[SHOWN:]),
        may_promise=may_promise(by) if _above(findings) else None,
        may_override=by.supervises,
        reason=form.cleaned_data.get("override_reason", ""),
    )


def _above(findings: list[Finding]) -> bool:
    """Whether somebody promises more than they may."""
    return any(finding.verdict is Verdict.ASK_SUPERVISOR for finding in findings)
