"""The departments find out what happened, on evidence (OB-07, OB-46 to OB-49)."""

import hashlib
import json
import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import Prefetch, Q
from django.utils.translation import gettext as _

from customers.text import one_line
from inquiries.services.wording import examined
from objections.models import (
    Cause,
    Evidence,
    EvidenceKind,
    EvidenceWaiver,
    Finding,
    LawArticle,
    Objection,
    Part,
    Responsibility,
)
from objections.services import promises
from objections.services.handing_off import excuse
from objections.services.handling import refuse_partial
from objections.workflow import WORKFLOW, Status, Step
from sla.models import ClockStatus, Metric, Pause
from sla.services import pauses
from staff.models import Role, User
from tickets import feed
from tickets.models import Attachment, Direction, Message, Ticket, Verb
from tickets.services import events, messages
from tickets.services.attachments import InspectedFile, Upload
from tickets.text import clean_message
from tickets.workflow import IllegalStep, NotAllowed

CHAT_LOG = "chat_log"
AWAITING = "awaiting_evidence"
MOST_CONVERSATIONS = 50
_PAUSING = (Metric.INVESTIGATION, Metric.TOTAL)


def needed(objection: Objection) -> list[EvidenceKind]:
    """The kinds of evidence that the type of an objection needs."""
    return list(EvidenceKind.objects.filter(needs__type=objection.type))


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
        objection = Objection.objects.locked().get(pk=objection.pk)
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
    objection = Objection.objects.locked().get(pk=objection.pk)
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
        objection = Objection.objects.locked().get(pk=objection.pk)
        refuse_partial(objection, Step.WAIVE_EVIDENCE, by=by)
        WORKFLOW.check(objection, Step.WAIVE_EVIDENCE, by=by)
        waiver, made = EvidenceWaiver.objects.get_or_create(
            objection=objection,
            kind=_kind(kind),
            defaults={"reason": reason, "waived_at": at, "waived_by": by},
        )
        if made:
            events.record(objection, Verb.EVIDENCE_WAIVED, by=by, at=at, kind=kind)
            feed.announce(objection, "ticket", to_customer=False)
        return waiver


def ask_for_evidence(
    objection: Objection,
    *,
    text: str,
    by: User,
    at: datetime,
    client_token: uuid.UUID | None = None,
    confirmed: Collection[str] = (),
    override_reason: str = "",
) -> Message:
    """Ask the customer for material; meanwhile the investigation waits, not for ever.

    How long it may wait in all is the policy's; then the clocks run on by themselves.

    `confirmed` and `override_reason` are what the phrase guard is told.

    Raises ValidationError (text, override_reason), IllegalStep, SentOtherwise,
    NotAllowed, ForbiddenPhrase, NeedsConfirmation.
    """
    text, _none = messages.clean(text, ())
    with transaction.atomic():
        objection = Objection.objects.locked().get(pk=objection.pk)
        if sent := messages.said_before(
            objection, client_token, text=text, files=(), direction=Direction.OUT
        ):
            return sent
        refuse_partial(objection, Step.ASK_EVIDENCE, by=by)
        rule = WORKFLOW.check(objection, Step.ASK_EVIDENCE, by=by)
        allowance = examined(
            text, by=by, confirmed=confirmed, override_reason=override_reason
        )
        message = messages.add(
            objection,
            direction=Direction.OUT,
            text=text,
            at=at,
            author=by,
            client_token=client_token,
        )
        WORKFLOW.move(objection, rule)
        objection.save(update_fields=["status"])
        for metric in _PAUSING:
            _pause(objection, metric, by=by, at=at)
        allowance.record(objection, by=by, at=at, message=message)
        events.record(objection, Verb.EVIDENCE_ASKED, by=by, at=at, message=message.pk)
        feed.announce(objection, "ticket", to_customer=True)
        return message


@transaction.atomic
def go_on(objection: Objection, *, by: User, at: datetime) -> Objection:
    """Investigate on without what was asked for; the clocks run at once.

    A second click changes nothing. Raises IllegalStep, NotAllowed.
    """
    objection = Objection.objects.locked().get(pk=objection.pk)
    refuse_partial(objection, Step.GO_ON, by=by)
    if _went_on_by(objection, by=by):
        return objection
    rule = WORKFLOW.check(objection, Step.GO_ON, by=by)
    WORKFLOW.move(objection, rule)
    objection.save(update_fields=["status"])
    let_run(objection, by=by, at=at)
    events.record(objection, Verb.INVESTIGATION_WENT_ON, by=by, at=at)
    feed.announce(objection, "ticket", to_customer=True)
    return objection


def _went_on_by(objection: Objection, *, by: User) -> bool:
    """Whether the last that was done is that this person went on."""
    last = objection.events.last()
    if objection.status != Status.INVESTIGATING or last is None:
        return False
    return (last.verb, last.actor_id) == (Verb.INVESTIGATION_WENT_ON, by.pk)


def let_run(
    objection: Objection, *, by: User | None, at: datetime, reason: str = AWAITING
) -> None:
    """End the wait for the customer, or every one; the caller holds the lock.

    `reason` is why the clocks wait; "" for all of them.
    """
    paused = objection.clocks.filter(status=ClockStatus.PAUSED, metric__in=_PAUSING)
    if reason:
        open_ = Pause.objects.filter(rule__code=reason, resumed_at=None)
        paused = paused.filter(pk__in=open_.values("clock"))
    for clock in paused:
        pauses.resume(
            objection, Metric(clock.metric), at=at, by=by, subject=clock.subject
        )


def conclude(
    objection: Objection,
    *,
    text: str,
    responsibility: str,
    cause: str,
    by: User,
    at: datetime,
    contract_clause: str = "",
    articles: Sequence[str] = (),
) -> Finding:
    """Say what was found and on what it rests (OB-02, OB-07); the proposal is next.

    The leading department concludes, once it has accepted and every needed kind of
    evidence is there or is said not to exist. Whoever only takes part and has not
    accepted by then is waited for no more. A finding names a clause of the contract or
    an article of law; the same one sent twice counts
    once.

    Raises ValidationError (text, responsibility, cause, contract_clause, articles,
    evidence), IllegalStep, NotAllowed.
    """
    errors = _said_wrong(responsibility, cause)
    clause = ""
    try:
        clause = one_line(contract_clause, field="contract_clause")
    except ValidationError as error:
        errors |= error.error_dict
    known = list(LawArticle.objects.filter(code__in=articles))
    if len(known) != len(set(articles)):
        errors["articles"] = ValidationError(
            _("One of these articles is not on the list."), code="article_unknown"
        )
    elif not known and not clause:
        errors["articles"] = ValidationError(
            _("Please name the clause or the article that it rests on (OB-02)."),
            code="basis_missing",
        )
    try:
        text = _said(text)
    except ValidationError as error:
        errors |= error.error_dict
    if errors:
        raise ValidationError(errors)
    with transaction.atomic():
        objection = Objection.objects.locked().get(pk=objection.pk)
        refuse_partial(objection, Step.CONCLUDE, by=by)
        facts = (text, responsibility, cause, clause)
        if found := _concluded_by(objection, facts, known, by=by):
            return found
        rule = WORKFLOW.check(objection, Step.CONCLUDE, by=by)
        if by.role == Role.DEPARTMENT_HANDLER and (
            by.department_id != objection.department_id
        ):
            raise NotAllowed(Step.CONCLUDE)
        _refuse_unaccepted(objection)
        if lacking := missing(objection):
            raise _lacking(lacking)
        excuse(objection, by=by, at=at)
        let_run(objection, by=by, at=at, reason="")
        finding = Finding.objects.create(
            objection=objection,
            round=objection.findings.count() + 1,
            text=text,
            responsibility=responsibility,
            cause=cause,
            contract_clause=clause,
            found_at=at,
            found_by=by,
        )
        finding.articles.set(known)
        WORKFLOW.move(objection, rule)
        objection.save(update_fields=["status"])
        events.record(
            objection,
            Verb.INVESTIGATION_CONCLUDED,
            by=by,
            at=at,
            responsibility=responsibility,
            cause=cause,
        )
        promises.stop(objection, Metric.INVESTIGATION, at=at, by=by)
        again = promises.next_round(objection, Metric.PROPOSAL)
        promises.start(objection, Metric.PROPOSAL, at=at, subject=again)
        feed.announce(objection, "ticket", to_customer=True)
        return finding


def _refuse_unaccepted(objection: Objection) -> None:
    """Who leads has taken it on before it is concluded. Raises IllegalStep."""
    if objection.handoffs.waiting().filter(part=Part.LEAD).exists():
        raise IllegalStep(
            _("The leading department has not accepted this objection yet."),
            step=Step.CONCLUDE,
            status=objection.status,
        )


def _concluded_by(
    objection: Objection,
    facts: tuple[str, str, str, str],
    articles: Sequence[LawArticle],
    *,
    by: User,
) -> Finding | None:
    """The finding that an earlier click of the same person has recorded."""
    last = objection.findings.last()
    if objection.status != Status.INVESTIGATED or last is None:
        return None
    known = (last.text, last.responsibility, last.cause, last.contract_clause)
    same = known == facts and last.found_by_id == by.pk
    return last if same and set(last.articles.all()) == set(articles) else None


def _said(text: str) -> str:
    """A text that can be kept. Raises ValidationError (text)."""
    try:
        return clean_message(text)
    except ValidationError as error:
        raise ValidationError({"text": error}) from error


def _said_wrong(responsibility: str, cause: str) -> dict[str, Any]:
    errors: dict[str, Any] = {}
    if responsibility not in Responsibility.values:
        errors["responsibility"] = ValidationError(
            _("Please choose who answers for it."), code="responsibility_unknown"
        )
    if cause not in Cause.values:
        errors["cause"] = ValidationError(
            _("Please choose the cause."), code="cause_unknown"
        )
    return errors


def _lacking(kinds: Sequence[EvidenceKind]) -> ValidationError:
    names = ", ".join(str(kind) for kind in kinds)
    return ValidationError(
        {
            "evidence": ValidationError(
                _("Still missing: %(kinds)s. Add it, or say why there is none.")
                % {"kinds": names},
                code="evidence_missing",
            )
        }
    )


def _kind(code: str) -> EvidenceKind:
    kind = EvidenceKind.objects.filter(code=code).first()
    if kind is None:
        raise ValidationError(
            {
                "kind": ValidationError(
                    _("Please choose what kind of evidence this is."),
                    code="kind_unknown",
                )
            }
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
        raise ValidationError(
            {
                "files": ValidationError(
                    _("This file belongs to another case."), code="file_elsewhere"
                )
            }
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


def _pause(objection: Objection, metric: Metric, *, by: User, at: datetime) -> None:
    """Pause a clock where the policy still allows it; else it runs on."""
    try:
        with transaction.atomic():
            pauses.pause(
                objection,
                metric,
                reason=AWAITING,
                at=at,
                by=by,
                subject=promises.running(objection, metric),
            )
    except pauses.PauseRefused:
        return


@transaction.atomic
def keep_copy(
    objection: Objection, *, kind: str, source: str, text: str, by: User, at: datetime
) -> Evidence:
    """Keep a frozen copy of what our own records say, however long it is.

    Raises ValidationError (kind), IllegalStep, NotAllowed.
    """
    objection = Objection.objects.locked().get(pk=objection.pk)
    refuse_partial(objection, Step.ADD_EVIDENCE, by=by)
    WORKFLOW.check(objection, Step.ADD_EVIDENCE, by=by)
    piece = (text, None, hashlib.sha256(text.encode()).hexdigest())
    kept = _put(objection, _kind(kind), piece, source=source, by=by, at=at)
    feed.announce(objection, "ticket", to_customer=False)
    return kept
