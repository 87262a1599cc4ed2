"""Recommend devices: ask first, rank, compare at least two, let the customer choose."""

import uuid
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Category, Device, Need, Scale, Scene
from catalog.recommendation import Recommendation
from catalog.services import prices, tariff
from customers.text import one_line
from inquiries import offer_words
from inquiries.merged import together
from inquiries.models import (
    Comparison,
    DeviceChoice,
    DeviceSelection,
    Inquiry,
    RankedDevice,
)
from inquiries.services import telling, wording
from inquiries.services.asking import customer_writes
from inquiries.workflow import WORKFLOW, Step
from staff.models import User
from tickets.models import Direction, Message, Verb
from tickets.services import events, messages

MOST_BUDGET: Final = Decimal(1_000_000)


@transaction.atomic
def select_devices(
    inquiry: Inquiry,
    *,
    scene: str,
    scale: str,
    needs: Sequence[str],
    by: User,
    at: datetime,
    category: str = "",
    budget: Decimal | None = None,
) -> DeviceSelection:
    """Keep what the customer needs, and the devices that suit, ranked (IN-30 to IN-33).

    The same wish again, at the same prices, is the selection that is there already.

    Raises ValidationError (scene, scale, needs, category, budget), IllegalStep,
    NotAllowed.
    """
    _refuse_unasked(
        scene=scene, scale=scale, needs=needs, category=category, budget=budget
    )
    inquiry = Inquiry.objects.lock(inquiry.pk)
    WORKFLOW.check(inquiry, Step.SELECT_DEVICES, by=by)
    found = prices.recommend(
        scene=scene, scale=scale, needs=needs, category=category, budget=budget
    )
    if not found:
        raise ValidationError(
            {
                "category": _(
                    "No device of this kind suits this scene and scale. Choose another"
                    " kind, or none."
                )
            },
            code="nothing_suits",
        )
    asked = {
        "scene": scene,
        "scale": scale,
        "needs": [need for need in Need.values if need in needs],
        "category": category,
        "budget": budget,
        "price_stamp": tariff.stamp(),
    }
    if before := inquiry.selections.filter(**asked, by=by).last():
        return before
    devices = Device.objects.in_bulk(
        [one.candidate.code for one in found], field_name="code"
    )
    return DeviceSelection.objects.create(
        inquiry=inquiry,
        **asked,
        ranked=[_ranked(one, devices[one.candidate.code]) for one in found],
        by=by,
        at=at,
    )


@transaction.atomic
def recommend(
    inquiry: Inquiry,
    *,
    selection: DeviceSelection,
    codes: Sequence[str],
    by: User,
    at: datetime,
    only_one_reason: str = "",
    client_token: uuid.UUID | None = None,
    confirmed: Collection[str] = (),
    override_reason: str = "",
) -> Comparison:
    """Send the customer a comparison of at least two devices of a selection (IN-34).

    Devices of one kind are compared with each other, in the order of the ranked list,
    never of the prices. A device that is the only one of its kind needs the reason why,
    which the customer reads; only the dearest, while a cheaper one suits, is refused
    (IN-36). `confirmed` and `override_reason` are what the phrase guard is
    told about the reason.

    Raises ValidationError (codes, only_one_reason, override_reason), IllegalStep,
    SentOtherwise, NotAllowed, ForbiddenPhrase, NeedsConfirmation.
    """
    inquiry = Inquiry.objects.lock(inquiry.pk)
    sent = messages.already_sent(inquiry, client_token)
    if sent is not None and (before := Comparison.objects.filter(message=sent).first()):
        own = " ".join(only_one_reason.split()) if before.only_one_reason else ""
        said = (before.selection_id, set(before.codes), before.only_one_reason)
        same = said == (selection.pk, set(codes), own)
        messages.refuse_other(inquiry, same=same)
        return before
    rule = WORKFLOW.check(inquiry, Step.RECOMMEND, by=by)
    if selection.inquiry_id != inquiry.pk:
        raise DeviceSelection.DoesNotExist
    reason = one_line(only_one_reason, field="only_one_reason")
    devices = _chosen(selection, codes)
    reason = reason if _alone(devices) else ""
    _refuse_one_without_reason(devices, reason)
    _refuse_only_the_dearest(selection, devices)
    _refuse_what_changed(devices)
    allowance = wording.examined(
        reason,
        by=by,
        confirmed=confirmed,
        override_reason=override_reason,
        field="only_one_reason",
    )
    message = telling.tell(
        inquiry,
        rule=rule,
        verb=Verb.DEVICES_RECOMMENDED,
        text=offer_words.comparison(selection, devices, only_one_reason=reason),
        by=by,
        at=at,
        client_token=client_token,
        selection=selection.pk,
        devices=[one.code for one in devices],
    )
    allowance.record(inquiry, by=by, at=at, message=message)
    return Comparison.objects.create(
        selection=selection,
        codes=[one.code for one in devices],
        only_one_reason=reason,
        message=message,
        by=by,
        at=at,
    )


@transaction.atomic
def choose_device(
    inquiry: Inquiry,
    *,
    comparison: Comparison,
    code: str,
    at: datetime,
    by: User | None = None,
    message: Message | None = None,
) -> DeviceChoice:
    """Keep which device the customer chose, when and in which message (IN-35).

    `by` None: the customer pressed it on the page, which says so in a message of their
    own. A colleague records a choice made in words, with that message as proof; both
    may be of a conversation that is merged here. The same choice again changes nothing.

    Raises ValidationError (code, message), IllegalStep, NotAllowed.
    """
    inquiry = Inquiry.objects.lock(inquiry.pk)
    WORKFLOW.check(inquiry, Step.CHOOSE_DEVICE, by=by)
    if comparison.selection.inquiry_id not in together(inquiry):
        raise Comparison.DoesNotExist
    device = next((one for one in comparison.devices if one.code == code), None)
    if device is None:
        raise ValidationError(
            {"code": _("Please choose one of the devices that were compared.")},
            code="not_compared",
        )
    last = comparison.choices.last()
    if last is not None and last.code == code:
        return last
    if by is None:
        message = customer_writes(inquiry, text=offer_words.choice(device), at=at)
        inquiry.refresh_from_db()
    elif message is None or not _is_word_of_customer(inquiry, message):
        raise ValidationError(
            {"message": _("Name the message in which the customer chose (IN-35).")},
            code="proof_missing",
        )
    events.record(
        inquiry, Verb.DEVICE_CHOSEN, by=by, at=at, message=message.pk, device=code
    )
    return DeviceChoice.objects.create(
        comparison=comparison, code=code, message=message, recorded_by=by, at=at
    )


def chosen_devices(keys: Collection[int]) -> list[DeviceChoice]:
    """What the customer wants: the last choice of each comparison; one query.

    `keys` are the inquiries that stand together.
    """
    choices = DeviceChoice.objects.filter(
        comparison__selection__inquiry__in=keys
    ).select_related("comparison__selection")
    return list({choice.comparison_id: choice for choice in choices}.values())


def _refuse_unasked(
    *,
    scene: str,
    scale: str,
    needs: Sequence[str],
    category: str,
    budget: Decimal | None,
) -> None:
    """Nothing is recommended before the customer was asked (IN-30, IN-31, IN-32)."""
    errors: dict[str, str] = {}
    if scene not in Scene.values:
        errors["scene"] = _("Ask first where the live stream takes place (IN-30).")
    if scale not in Scale.values:
        errors["scale"] = _("Ask first how many people are in the picture (IN-31).")
    if not needs or any(need not in Need.values for need in needs):
        errors["needs"] = _("Ask first what matters most, one thing or more (IN-32).")
    if category and category not in Category.values:
        errors["category"] = _("Please choose a kind of device from the list.")
    if budget is not None and not 0 <= budget <= MOST_BUDGET:
        errors["budget"] = _("A budget per day is an amount from 0 to 1,000,000.")
    if errors:
        raise ValidationError(errors)


def _ranked(one: Recommendation, device: Device) -> dict[str, Any]:
    return {
        "code": device.code,
        "name_zh": device.name_zh,
        "name_en": device.name_en,
        "category": device.category,
        "score": one.score,
        "reasons": [
            {"code": reason.code, "score": reason.score, "weight": reason.weight}
            for reason in one.reasons
        ],
        "daily": f"{device.daily_rent:.2f}",
        "weekly": f"{device.weekly_rent:.2f}",
        "monthly": f"{device.monthly_rent:.2f}",
        "pros": device.pros_zh,
        "cons": device.cons_zh,
        "pros_en": device.pros_en,
        "cons_en": device.cons_en,
        "difference": f"{one.difference:.2f}",
        "cheapest_good": one.cheapest_good,
    }


def _chosen(selection: DeviceSelection, codes: Sequence[str]) -> list[RankedDevice]:
    listed = {one.code for one in selection.devices}
    if unknown := [code for code in codes if code not in listed]:
        raise ValidationError(
            {
                "codes": _("Not in the list of what suits: %(codes)s.")
                % {"codes": ", ".join(unknown)}
            },
            code="not_in_list",
        )
    if not codes:
        raise ValidationError(
            {"codes": _("Choose the devices to compare, two or more (IN-34).")},
            code="codes_missing",
        )
    return [one for one in selection.devices if one.code in codes]


def _alone(devices: list[RankedDevice]) -> bool:
    """Whether one of them has nothing of its kind to be compared with."""
    return 1 in Counter(one.category for one in devices).values()


def _refuse_one_without_reason(devices: list[RankedDevice], reason: str) -> None:
    if _alone(devices) and not reason:
        raise ValidationError(
            {
                "only_one_reason": _(
                    "Compare at least two devices of a kind, or say why only one suits"
                    " (IN-34)."
                )
            },
            code="comparison_of_one",
        )


def _refuse_only_the_dearest(
    selection: DeviceSelection, devices: list[RankedDevice]
) -> None:
    """No device is forced on a customer because it costs more (IN-36)."""
    suiting, told = _rents(selection.devices), _rents(devices)
    if any(
        min(suiting[kind]) < max(suiting[kind]) == min(rents)
        for kind, rents in told.items()
    ):
        raise ValidationError(
            {
                "codes": _(
                    "A cheaper device suits too. Do not recommend the dearest alone"
                    " (IN-36): add a cheaper one."
                )
            },
            code="only_the_dearest",
        )


def _rents(devices: list[RankedDevice]) -> dict[str, list[Decimal]]:
    """The daily rents, kind by kind."""
    found: dict[str, list[Decimal]] = {}
    for one in devices:
        found.setdefault(one.category, []).append(Decimal(one.daily))
    return found


def _refuse_what_changed(devices: list[RankedDevice]) -> None:
    """What is told is what it costs now."""
    rows = Device.objects.for_rent().in_bulk(
        [one.code for one in devices], field_name="code"
    )
    stale = [
        one.name
        for one in devices
        if one.code not in rows
        or [Decimal(one.daily), Decimal(one.weekly), Decimal(one.monthly)]
        != [
            rows[one.code].daily_rent,
            rows[one.code].weekly_rent,
            rows[one.code].monthly_rent,
        ]
    ]
    if stale:
        raise ValidationError(
            {
                "codes": _(
                    "Changed in the catalogue meanwhile: %(names)s. Make the list anew."
                )
                % {"names": ", ".join(stale)}
            },
            code="list_stale",
        )


def _is_word_of_customer(inquiry: Inquiry, message: Message) -> bool:
    said = message.ticket_id in together(inquiry)
    return said and message.direction == Direction.IN
