"""What an investigation rests on, as colleagues see it: each kind of evidence."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from django.db.models import QuerySet, prefetch_related_objects
from django.db.models.functions import Left
from django.utils.functional import cached_property

from inquiries.timeline import Entry
from objections.models import (
    Evidence,
    EvidenceKind,
    EvidenceWaiver,
    Finding,
    Objection,
    Responsibility,
)
from objections.services.evidence import CHAT_LOG, needed
from objections.workflow import Status
from rows.questions import Question, Slot
from sla.models import Clock, Metric
from tickets.models import Attachment, Direction, Ticket, Verb

EXCERPT: Final = 240
MOST_FILES: Final = 60
BEFORE: Final = frozenset(
    {Status.RECEIVED, Status.ACKNOWLEDGED, Status.RECORDED, Status.HANDED_OFF}
)

_EVIDENCE: Final = Question(
    lambda: (
        Evidence.objects.filter(objection=Slot("objection"))
        .select_related("kind", "attachment", "added_by")
        .defer("text")
        .annotate(excerpt=Left("text", EXCERPT))
    )
)
_WAIVERS: Final = Question(
    lambda: EvidenceWaiver.objects.filter(objection=Slot("objection")).select_related(
        "kind", "waived_by"
    )
)
_FINDINGS: Final = Question(
    lambda: (
        Finding.objects.filter(objection=Slot("objection"))
        .select_related("found_by")
        .order_by("-round")
    )
)
_KINDS: Final = Question(EvidenceKind.objects.all)


@dataclass(frozen=True)
class Piece:
    """One piece of evidence with the beginning of its text."""

    evidence: Evidence
    excerpt: str
    short_hash: str

    @property
    def is_conversation(self) -> bool:
        """Whether it is a frozen copy of what was said on a ticket."""
        return self.evidence.kind.code == CHAT_LOG and self.excerpt.startswith("[\n")

    @property
    def goes_on(self) -> bool:
        """Whether there is more text than the excerpt."""
        return len(self.excerpt) >= EXCERPT


@dataclass(frozen=True)
class KindRow:
    """One kind of evidence: is it needed, is it there, or why is there none."""

    kind: EvidenceKind
    needed: bool
    pieces: list[Piece]
    waiver: EvidenceWaiver | None

    @property
    def state(self) -> str:
        """done, none (for a reason), or missing."""
        if self.pieces:
            return "done"
        return "none" if self.waiver else "missing"


@dataclass(frozen=True)
class Investigation:
    """Evidence and findings of one objection."""

    objection: Objection

    @property
    def has_begun(self) -> bool:
        """Whether there can be anything; before, nothing is asked of the database."""
        return self.objection.status not in BEFORE

    @cached_property
    def needed(self) -> list[EvidenceKind]:
        return needed(self.objection) if self.has_begun else []

    @cached_property
    def pieces(self) -> list[Piece]:
        """In the order in which they were added; long texts are not read."""
        if not self.has_begun:
            return []
        found: list[Any] = _EVIDENCE.ask(objection=self.objection.pk)
        return [Piece(it, it.excerpt, it.hash[:12]) for it in found]

    @cached_property
    def waivers(self) -> list[EvidenceWaiver]:
        if not self.has_begun:
            return []
        return _WAIVERS.ask(objection=self.objection.pk)

    @cached_property
    def rows(self) -> list[KindRow]:
        """The needed kinds first, then the others of which there is something."""
        kinds = {it.pk: it for it in self.needed}
        necessary = set(kinds)
        for piece in self.pieces:
            kinds.setdefault(piece.evidence.kind_id, piece.evidence.kind)
        waived = {it.kind_id: it for it in self.waivers}
        for waiver in self.waivers:
            kinds.setdefault(waiver.kind_id, waiver.kind)
        return [
            KindRow(
                kind,
                needed=pk in necessary,
                pieces=[it for it in self.pieces if it.evidence.kind_id == pk],
                waiver=waived.get(pk),
            )
            for pk, kind in kinds.items()
        ]

    @property
    def lacking(self) -> list[EvidenceKind]:
        """The needed kinds of which there is nothing, and no reason why."""
        return [it.kind for it in self.rows if it.needed and it.state == "missing"]

    @property
    def settled(self) -> int:
        """How many needed kinds are there or are said not to exist."""
        return len(self.needed) - len(self.lacking)

    @cached_property
    def findings(self) -> list[Finding]:
        """One per round, the last first."""
        if not self.has_begun:
            return []
        found = _FINDINGS.ask(objection=self.objection.pk)
        prefetch_related_objects(found, "articles")
        return found

    @cached_property
    def asked_at(self) -> datetime | None:
        """When the customer was asked for what is waited for."""
        if self.objection.status != Status.AWAITING_EVIDENCE:
            return None
        asked = self.objection.events.filter(verb=Verb.EVIDENCE_ASKED).last()
        return asked.at if asked else None

    @property
    def proposal(self) -> Clock | None:
        """The clock of the proposal that is due next."""
        clocks = [it for it in self.objection.clocks.all() if it.is_unfinished]
        found = [it for it in clocks if it.metric == Metric.PROPOSAL]
        return max(found, key=lambda it: it.pk, default=None)


def files_on(tickets: list[Ticket]) -> QuerySet[Attachment]:
    """The files that lie on these tickets, the newest first."""
    found = Attachment.objects.filter(message__ticket__in=[it.pk for it in tickets])
    return found.select_related("message").order_by("-pk")[:MOST_FILES]


def given_by_customer(file: Attachment) -> bool:
    return file.message.direction == Direction.IN


def named(entries: Sequence[Entry]) -> list[Entry]:
    """The history with the kinds of evidence and the finding in words."""
    about = {Verb.EVIDENCE_ADDED, Verb.EVIDENCE_WAIVED}
    names: dict[str, str] = {}
    if any(entry.verb in about for entry in entries):
        names = {it.code: it.name for it in _KINDS.ask()}
    labels = dict(Responsibility.choices)
    found = []
    for entry in entries:
        detail = entry.detail
        if entry.verb in about:
            detail = names.get(detail, detail)
        elif entry.verb == Verb.INVESTIGATION_CONCLUDED:
            detail = str(labels.get(detail, detail))
        found.append(replace(entry, detail=detail))
    return found
