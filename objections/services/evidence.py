"""Evidence of each kind, or why there is none: frozen when it is added (OB-47)."""

import hashlib
import json
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import Prefetch, Q
from django.utils.translation import gettext as _

from customers.text import one_line, unfit
from objections.models import (
    Evidence,
    EvidenceKind,
    EvidenceWaiver,
    Objection,
)
from objections.services.handling import refuse_partial, refuse_unasked
from objections.workflow import WORKFLOW, Step
from rows.questions import Question, Slot
from staff.models import User
from tickets import feed
from tickets.models import Attachment, Direction, Message, Ticket, Verb
from tickets.services import events, messages
from tickets.services.attachments import InspectedFile, Upload

CHAT_LOG = "chat_log"
MOST_CONVERSATIONS = 50


_NEEDED: Final = Question(lambda: EvidenceKind.objects.filter(needs__type=Slot("type")))


def needed(objection: Objection) -> list[EvidenceKind]:
    """The kinds of evidence that the type of an objection needs."""
    return _NEEDED.ask(type=objection.type)


def missing(objection: Objection) -> list[EvidenceKind]:
    """Those of which there is no piece, and no reason why not."""
    settled = Q(pk__in=objection.evidence.values("kind")) | Q(
        pk__in=objection.waivers.values("kind")
    )
    kinds = EvidenceKind.objects.filter(needs__type=objection.type)
    return list(kinds.exclude(settled))


def add_evidence(
    objection: Objection,
    *,
    kind: str,
    source: str,
    by: User,
    at: datetime,
    text: str = "",
    files: Sequence[Upload] = (),
    attachment: Attachment | None = None,
    client_token: uuid.UUID | None = None,
) -> list[Evidence]:
    """Put evidence on record: a text, new files, a file that is on the case already.

    Each piece keeps its source, the time, and the hash of its content; the same piece
    again is the one that is there. `client_token` keeps a second click from storing
    new files twice.

    Raises ValidationError (kind, source, text, files), IllegalStep, NotAllowed.
    """
    source = one_line(
        source, field="source", missing=_("Please say where this is from.")
    )
    text, inspected = messages.clean(
        text, files, required=attachment is None, with_videos=True
    )
    with transaction.atomic():
        objection = Objection.objects.lock(objection.pk)
        refuse_partial(objection, Step.ADD_EVIDENCE, by=by)
        WORKFLOW.check(objection, Step.ADD_EVIDENCE, by=by)
        found = _kind(kind)
        note = messages.already_sent(objection, client_token) if inspected else None
        kept = list(note.attachments.all()) if note else []
        if inspected and not note:
            kept = _stored(
                objection,
                inspected,
                source=source,
                by=by,
                at=at,
                client_token=client_token,
            )
        if attachment is not None:
            kept = [*kept, _on_the_case(objection, attachment)]
        pieces: list[tuple[str, Attachment | None, str]] = [
            ("", file, _hash_of(file)) for file in kept
        ]
        if text:
            pieces.append((text, None, hashlib.sha256(text.encode()).hexdigest()))
        made = [
            _put(objection, found, piece, source=source, by=by, at=at)
            for piece in pieces
        ]
        feed.announce(objection, "ticket", to_customer=False)
        return made


@transaction.atomic
def attach_conversations(
    objection: Objection, *, by: User, at: datetime
) -> list[Evidence]:
    """Keep the customer's own conversations as frozen copies, in one step (OB-49).

    Those that have grown since are kept again as they are now; of very many the newest.

    Raises IllegalStep, NotAllowed.
    """
    objection = Objection.objects.lock(objection.pk)
    refuse_partial(objection, Step.ADD_EVIDENCE, by=by)
    WORKFLOW.check(objection, Step.ADD_EVIDENCE, by=by)
    kind = _kind(CHAT_LOG)
    made = []
    for ticket in _own_tickets(objection):
        text = _conversation(ticket)
        if not text:
            continue
        piece = (text, None, hashlib.sha256(text.encode()).hexdigest())
        made.append(_put(objection, kind, piece, source=ticket.number, by=by, at=at))
    feed.announce(objection, "ticket", to_customer=False)
    return made


def waive_evidence(
    objection: Objection, *, kind: str, reason: str, by: User, at: datetime
) -> EvidenceWaiver:
    """Say why a kind of evidence does not exist; a second click changes nothing.

    Raises ValidationError (kind, reason), IllegalStep, NotAllowed.
    """
    reason = one_line(
        reason, field="reason", missing=_("Please say why there is none.")
    )
    with transaction.atomic():
        objection = Objection.objects.lock(objection.pk)
        refuse_partial(objection, Step.WAIVE_EVIDENCE, by=by)
        WORKFLOW.check(objection, Step.WAIVE_EVIDENCE, by=by)
        refuse_unasked(objection, Step.WAIVE_EVIDENCE, by=by)
        waiver, made = EvidenceWaiver.objects.get_or_create(
            objection=objection,
            kind=_kind(kind),
            defaults={"reason": reason, "waived_at": at, "waived_by": by},
        )
        if made:
            events.record(objection, Verb.EVIDENCE_WAIVED, by=by, at=at, kind=kind)
            feed.announce(objection, "ticket", to_customer=False)
        return waiver


@transaction.atomic
def keep_copy(
    objection: Objection, *, kind: str, source: str, text: str, by: User, at: datetime
) -> Evidence:
    """Keep a frozen copy of what our own records say, however long it is.

    Raises ValidationError (kind), IllegalStep, NotAllowed.
    """
    objection = Objection.objects.lock(objection.pk)
    refuse_partial(objection, Step.ADD_EVIDENCE, by=by)
    WORKFLOW.check(objection, Step.ADD_EVIDENCE, by=by)
    piece = (text, None, hashlib.sha256(text.encode()).hexdigest())
    kept = _put(objection, _kind(kind), piece, source=source, by=by, at=at)
    feed.announce(objection, "ticket", to_customer=False)
    return kept


def _kind(code: str) -> EvidenceKind:
    kind = EvidenceKind.objects.filter(code=code).first()
    if kind is None:
        raise unfit(
            "kind",
            _("Please choose what kind of evidence this is."),
            code="kind_unknown",
        )
    return kind


def _put(
    objection: Objection,
    kind: EvidenceKind,
    piece: tuple[str, Attachment | None, str],
    *,
    source: str,
    by: User,
    at: datetime,
) -> Evidence:
    text, attachment, digest = piece
    evidence, made = Evidence.objects.get_or_create(
        objection=objection,
        kind=kind,
        hash=digest,
        defaults={
            "source": source,
            "text": text,
            "attachment": attachment,
            "added_at": at,
            "added_by": by,
        },
    )
    if made:
        events.record(
            objection,
            Verb.EVIDENCE_ADDED,
            by=by,
            at=at,
            kind=kind.code,
            evidence=evidence.pk,
            hash=digest,
        )
    return evidence


def _stored(
    objection: Objection,
    files: Sequence[InspectedFile],
    *,
    source: str,
    by: User,
    at: datetime,
    client_token: uuid.UUID | None,
) -> list[Attachment]:
    """New files lie on an internal note of the case."""
    note = messages.add(
        objection,
        direction=Direction.NOTE,
        text=source,
        at=at,
        author=by,
        files=files,
        client_token=client_token,
    )
    return list(note.attachments.all())


def _on_the_case(objection: Objection, attachment: Attachment) -> Attachment:
    """A file of the objection itself or of the inquiry that it came from."""
    places = [key for key in (objection.pk, objection.from_inquiry_id) if key]
    if attachment.message.ticket_id not in places:
        raise unfit(
            "files", _("This file belongs to another case."), code="file_elsewhere"
        )
    return attachment


def _hash_of(attachment: Attachment) -> str:
    with attachment.file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _own_tickets(objection: Objection) -> list[Ticket]:
    """The customer's newest tickets with all that was said, the oldest first."""
    own = Ticket.objects.filter(customer=objection.customer_id).order_by("-pk")
    said = (
        Message.objects.exclude(direction=Direction.NOTE)
        .select_related("author")
        .prefetch_related("attachments")
    )
    newest = own.prefetch_related(Prefetch("messages", said))[:MOST_CONVERSATIONS]
    return list(reversed(newest))


def _conversation(ticket: Ticket) -> str:
    """What was said on a ticket, as canonical JSON."""
    said = [
        {
            "direction": message.direction,
            "automatic": message.automatic,
            "author": message.author.work_number if message.author else "",
            "at": message.sent_at,
            "text": message.text,
            "files": [str(file.public_id) for file in message.attachments.all()],
        }
        for message in ticket.messages.all()
    ]
    if not said:
        return ""
    return json.dumps(
        said, cls=DjangoJSONEncoder, ensure_ascii=False, sort_keys=True, indent=1
    )
