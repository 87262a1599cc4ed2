"""Explain the contract's clauses, and delivery and service, and keep what was said."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import DeliveryZone, Device
from catalog.services import tariff
from inquiries import clauses as clause_cards
from inquiries.merged import together
from inquiries.models import ClauseExplanation, Inquiry, ServiceFactsTold
from inquiries.service_facts import facts_for
from inquiries.services import telling
from inquiries.workflow import WORKFLOW, Step
from staff.models import User
from tickets import feed
from tickets.models import Verb
from tickets.services import events, messages
from tickets.workflow import IllegalStep


def explain_clauses(
    inquiry: Inquiry,
    *,
    clauses: Collection[str],
    not_asked: Collection[str],
    examples: Collection[str],
    understood: bool | None = None,
    by: User,
    at: datetime,
    client_token: uuid.UUID | None = None,
) -> ClauseExplanation:
    """Send the chosen clauses with examples, and keep whether they were understood.

    Each core clause is either explained, with an example at least, or "not asked"
    (IN-41, IN-42). `understood` is None until the customer has said so (IN-43). The
    same client token again gives the explanation that is there; where nothing is sent,
    it is kept once more. The words are the company's own: nobody has typed any.

    Raises ValidationError (clauses, examples), IllegalStep, SentOtherwise, NotAllowed.
    """
    cards = clause_cards.cards(at=at)
    _refuse_gaps(cards, clauses=clauses, not_asked=not_asked, examples=examples)
    chosen = [card for card in cards if card.clause in clauses]
    with transaction.atomic():
        inquiry = Inquiry.objects.lock(inquiry.pk)
        if sent := messages.already_sent(inquiry, client_token):
            told = ClauseExplanation.objects.get(message=sent)
            same = (set(told.clauses), set(told.examples)) == (
                {card.clause for card in chosen},
                set(examples),
            )
            messages.refuse_other(inquiry, same=same)
            return told
        WORKFLOW.check(inquiry, Step.EXPLAIN_CLAUSES, by=by)
        explanation = ClauseExplanation(
            inquiry=inquiry,
            clauses=[card.clause for card in chosen],
            not_asked=[c for c in clause_cards.CORE if c in not_asked],
            examples=_in_order(chosen, examples),
            prices=tariff.stamp(),
            understood=understood,
            at=at,
            by=by,
        )
        facts = _told(explanation)
        if chosen:
            explanation.message = telling.tell(
                inquiry,
                text=clause_cards.message_text(chosen, examples=frozenset(examples)),
                verb=Verb.CLAUSES_EXPLAINED,
                by=by,
                at=at,
                client_token=client_token,
                **facts,
            )
        else:
            events.record(inquiry, Verb.CLAUSES_EXPLAINED, by=by, at=at, **facts)
            feed.announce(inquiry, "ticket", to_customer=False)
        explanation.save()
        return explanation


@transaction.atomic
def note_understanding(
    inquiry: Inquiry, *, understood: bool, by: User, at: datetime
) -> ClauseExplanation:
    """Keep what the customer answered when asked whether all is clear (IN-43).

    Raises IllegalStep when nothing has been explained, NotAllowed.
    """
    inquiry = Inquiry.objects.lock(inquiry.pk)
    WORKFLOW.check(inquiry, Step.EXPLAIN_CLAUSES, by=by)
    explanation = _latest(inquiry)
    if explanation is None:
        raise IllegalStep(
            _("Nothing of the contract has been explained here yet (IN-41)."),
            step=Step.EXPLAIN_CLAUSES,
            status=inquiry.status,
        )
    if explanation.understood is understood:
        return explanation
    explanation.understood = understood
    explanation.save(update_fields=["understood"])
    events.record(inquiry, Verb.CLAUSES_EXPLAINED, by=by, at=at, **_told(explanation))
    feed.announce(inquiry, "ticket", to_customer=False)
    return explanation


def tell_service_facts(
    inquiry: Inquiry,
    *,
    zone: str,
    devices: Sequence[str] = (),
    by: User,
    at: datetime,
    client_token: uuid.UUID | None = None,
) -> ServiceFactsTold:
    """Send the four facts about delivery and service for a place (IN-46 to IN-51).

    `zone` is the code of a way of delivery, `devices` are codes of the catalogue; none:
    both delivery times are told. The same client token again gives what was told.

    Raises ValidationError (zone, devices), IllegalStep, SentOtherwise, NotAllowed.
    """
    place, rows = _chosen(zone, devices)
    facts = facts_for(place, rows, at=at)
    with transaction.atomic():
        inquiry = Inquiry.objects.lock(inquiry.pk)
        if sent := messages.already_sent(inquiry, client_token):
            told = ServiceFactsTold.objects.get(message=sent)
            known = [device["code"] for device in told.facts["installation"]]
            same = told.facts["zone"] == zone and set(known) == set(devices)
            messages.refuse_other(inquiry, same=same)
            return told
        WORKFLOW.check(inquiry, Step.TELL_SERVICE_FACTS, by=by)
        message = telling.tell(
            inquiry,
            text=facts.message_text(),
            verb=Verb.SERVICE_FACTS_TOLD,
            by=by,
            at=at,
            client_token=client_token,
            zone=place.code,
            devices=[row.code for row in rows],
        )
        return ServiceFactsTold.objects.create(
            inquiry=inquiry, facts=facts.stored(), at=at, by=by, message=message
        )


def _refuse_gaps(
    cards: list[clause_cards.Card],
    *,
    clauses: Collection[str],
    not_asked: Collection[str],
    examples: Collection[str],
) -> None:
    """Every core clause stands on one side, and what is explained has an example."""
    errors = {}
    explained, left = set(clauses), set(not_asked)
    if explained & left or explained | left != set(clause_cards.CORE):
        errors["clauses"] = ValidationError(
            _("Say of each of the three clauses: explained, or not asked (IN-41)."),
            code="clauses_incomplete",
        )
    chosen = [card for card in cards if card.clause in explained]
    known = {example.id for card in chosen for example in card.examples}
    bare = [
        card.clause.label
        for card in chosen
        if card.examples and not {e.id for e in card.examples} & set(examples)
    ]
    if set(examples) - known:
        errors["examples"] = ValidationError(
            _("An example belongs to a clause that is explained."),
            code="example_unknown",
        )
    elif bare:
        errors["examples"] = ValidationError(
            _("Choose at least one example for: %(clauses)s (IN-42).")
            % {"clauses": ", ".join(str(label) for label in bare)},
            code="example_missing",
        )
    if errors:
        raise ValidationError(errors)


def _in_order(chosen: list[clause_cards.Card], examples: Collection[str]) -> list[str]:
    known = [example.id for card in chosen for example in card.examples]
    return [example for example in known if example in examples]


def _latest(inquiry: Inquiry) -> ClauseExplanation | None:
    """The last one here, or in what is merged here."""
    told = ClauseExplanation.objects.filter(inquiry__in=together(inquiry))
    return told.order_by("-at", "-pk").first()


def _told(explanation: ClauseExplanation) -> dict[str, Any]:
    """What the history keeps of an explanation."""
    return {
        "clauses": [str(clause) for clause in explanation.clauses],
        "not_asked": [str(clause) for clause in explanation.not_asked],
        "examples": explanation.examples,
        "understood": explanation.understood,
    }


def _chosen(zone: str, devices: Sequence[str]) -> tuple[DeliveryZone, list[Device]]:
    """The rows behind the codes. Raises ValidationError by field."""
    errors = {}
    place = DeliveryZone.objects.filter(code=zone, enabled=True).first()
    if place is None:
        errors["zone"] = ValidationError(_("Please choose how it is delivered."))
    found = {
        row.code: row for row in Device.objects.for_rent().filter(code__in=devices)
    }
    if unknown := [code for code in devices if code not in found]:
        errors["devices"] = ValidationError(
            _("Not for rent: %(codes)s.") % {"codes": ", ".join(unknown)},
            code="device_unknown",
        )
    if errors or place is None:
        raise ValidationError(errors)
    return place, [found[code] for code in dict.fromkeys(devices)]
