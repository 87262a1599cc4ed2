"""What stands on a handling form, checked field by field before anything is stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from objections import requirements
from objections.models import (
    Demand,
    DemandKind,
    Objection,
    ObjectionType,
    Phase,
    ProcessStep,
    Subtype,
)
from rows.questions import Question, Slot
from staff.models import User
from tickets.text import clean_message

MOST: Final = Decimal("9999999999.99")
# Nothing that is objected to happened before; nobody plans a broadcast further ahead.
EARLIEST_YEAR: Final = 2000
FURTHEST: Final = timedelta(days=3660)
# How many characters fit into the fields of one line.
LIMITS: Final[Mapping[str, int]] = {
    "company_name": 80,
    "account_number": 40,
    "no_account_reason": 100,
    "core_need": 200,
    "device_model": 80,
    "serial_number": 60,
    "order_number": 40,
    "contract_number": 40,
}


@dataclass(frozen=True)
class Asked:
    """A demand as it is made: its kind's code, and an amount in CNY if it has one."""

    kind: str
    amount: Decimal | None = None


@dataclass(frozen=True)
class Facts:
    """The form as somebody filled it in; "" and None are what is not known.

    `subtype` is a code within the type, `named_colleague` a work number.
    """

    type: str = ""
    subtype: str = ""
    description: str = ""
    demands: tuple[Asked, ...] = ()
    occurred_at: datetime | None = None
    returned_at: datetime | None = None
    shows_at: datetime | None = None
    amount: Decimal | None = None
    phase: str = ""
    process_step: str = ""
    company_name: str = ""
    account_number: str = ""
    no_account_reason: str = ""
    core_need: str = ""
    device_model: str = ""
    serial_number: str = ""
    order_number: str = ""
    contract_number: str = ""
    named_colleague: str = ""
    danger: bool = False
    on_air: bool = False


@dataclass(frozen=True)
class Checked:
    """Facts that passed, with the rows behind the codes."""

    facts: Facts
    subtype: Subtype | None
    demands: tuple[tuple[DemandKind, Decimal | None], ...]
    named_colleague: User | None


Errors = dict[str, ValidationError]


def check(facts: Facts, *, at: datetime, whole: bool) -> Checked:
    """Clean a form; a `whole` one has all that its type needs (OB-40).

    Raises ValidationError with a message per field.
    """
    errors: Errors = {}
    facts = _texts(facts, errors)
    subtype = _subtype(facts, errors)
    demands = _demands(facts, errors)
    colleague = _colleague(facts, errors)
    _choices(facts, errors)
    _times(facts, errors, at=at)
    _money("amount", facts.amount, errors)
    if whole:
        for name in _missing(facts):
            errors.setdefault(name, _needed(name))
    if errors:
        raise ValidationError(errors)
    return Checked(facts, subtype, demands, colleague)


_DEMANDS: Final = Question(
    lambda: Demand.objects.filter(objection=Slot("objection")).select_related("kind")
)


def demands_of(objection: Objection) -> list[Demand]:
    """What its customer demands; one query."""
    return _DEMANDS.ask(objection=objection.pk)


def facts_of(objection: Objection) -> Facts:
    """The form of an objection as it stands."""
    plain = {
        field.name: getattr(objection, field.name)
        for field in fields(Facts)
        if field.name not in ("subtype", "demands", "named_colleague")
    }
    demands = demands_of(objection)
    colleague = objection.named_colleague
    return Facts(
        **plain,
        subtype=objection.subtype.code if objection.subtype else "",
        demands=tuple(Asked(demand.kind.code, demand.amount) for demand in demands),
        named_colleague=colleague.work_number if colleague else "",
    )


def columns(checked: Checked) -> dict[str, Any]:
    """The columns of an objection that hold these facts."""
    plain = {
        field.name: getattr(checked.facts, field.name)
        for field in fields(Facts)
        if field.name not in ("subtype", "demands", "named_colleague")
    }
    return {
        **plain,
        "subtype": checked.subtype,
        "named_colleague": checked.named_colleague,
    }


def still_missing(objection: Objection) -> tuple[str, ...]:
    """The fields without which the handling form is not complete (OB-42)."""
    facts = facts_of(objection)
    known: Mapping[str, object] = {
        **{field.name: getattr(facts, field.name) for field in fields(Facts)},
        "phone": objection.customer.phone_tail,
    }
    return requirements.missing(known)


def needed(names: Sequence[str]) -> ValidationError:
    """The refusal that names every missing field."""
    return ValidationError({name: _needed(name) for name in names})


def _missing(facts: Facts) -> tuple[str, ...]:
    """What the customer must say; the rest is asked by the agent who records it."""
    names = ("demands", *requirements.required(facts.type, facts.subtype))
    if facts.type:
        names = ("subtype", *names)
    return tuple(name for name in names if not getattr(facts, name))


def _needed(name: str) -> ValidationError:
    texts = {
        "type": _("Please say what kind of objection this is."),
        "subtype": _("Please choose what fits best; “other” is fine."),
        "description": _("Please describe what happened."),
        "demands": _("Please say what you want; choose at least one."),
        "phone": _("A phone number is needed, so that we can tell you the result."),
        "device_model": _("Please give the model; it stands on the device."),
        "order_number": _("Please give the order number; it stands on the order."),
        "contract_number": _("Please give the number of the contract."),
        "occurred_at": _("Please say when it happened; about is fine."),
        "returned_at": _("Please say when the device was collected."),
        "amount": _("Please give the amount in dispute, in yuan."),
        "process_step": _("Please choose which step was slow."),
        "account_number": _(
            "Please give the account number, or say why there is none."
        ),
    }
    return ValidationError(texts[name], code=f"{name}_missing")


def _texts(facts: Facts, errors: Errors) -> Facts:
    cleaned: dict[str, Any] = {}
    for name in LIMITS:
        text = " ".join(getattr(facts, name).split())
        limit = LIMITS[name]
        if len(text) > limit:
            errors[name] = ValidationError(
                _("This is longer than %(limit)s characters.") % {"limit": limit},
                code=f"{name}_long",
            )
        elif not text.isprintable():
            errors[name] = ValidationError(
                _("This has characters that cannot be shown."),
                code=f"{name}_unprintable",
            )
        cleaned[name] = text
    try:
        cleaned["description"] = clean_message(facts.description)
    except ValidationError as error:
        missing = error.code == "text_missing"
        errors["description"] = _needed("description") if missing else error
    return replace(facts, **cleaned)


def _subtype(facts: Facts, errors: Errors) -> Subtype | None:
    if facts.type and facts.type not in ObjectionType.values:
        errors["type"] = ValidationError(
            _("Please choose one of the five types."), code="type_unknown"
        )
        return None
    if not facts.subtype:
        return None
    found = Subtype.objects.filter(
        type=facts.type, code=facts.subtype, active=True
    ).first()
    if found is None:
        errors["subtype"] = ValidationError(
            _("This does not belong to the type that was chosen."),
            code="subtype_unknown",
        )
    return found


def _demands(
    facts: Facts, errors: Errors
) -> tuple[tuple[DemandKind, Decimal | None], ...]:
    known = {kind.code: kind for kind in DemandKind.objects.filter(active=True)}
    found: dict[str, tuple[DemandKind, Decimal | None]] = {}
    for asked in facts.demands:
        kind = known.get(asked.kind)
        if kind is None:
            errors["demands"] = ValidationError(
                _("One of these demands is not on the list."), code="demand_unknown"
            )
            continue
        _money("demands", asked.amount, errors)
        found[kind.code] = (kind, asked.amount if kind.money else None)
    return tuple(found.values())


def _colleague(facts: Facts, errors: Errors) -> User | None:
    if not facts.named_colleague:
        return None
    found: User | None = User.objects.filter(
        work_number=facts.named_colleague.strip()
    ).first()
    if found is None:
        errors["named_colleague"] = ValidationError(
            _("No colleague has this work number; leave it empty if you are unsure."),
            code="colleague_unknown",
        )
    return found


def _choices(facts: Facts, errors: Errors) -> None:
    for name, values in (("phase", Phase.values), ("process_step", ProcessStep.values)):
        value = getattr(facts, name)
        if value and value not in values:
            errors[name] = ValidationError(
                _("Please choose one of the given."), code=f"{name}_unknown"
            )


def _times(facts: Facts, errors: Errors, *, at: datetime) -> None:
    for name in ("occurred_at", "returned_at"):
        when = getattr(facts, name)
        if when is not None and when > at:
            errors[name] = ValidationError(
                _("This lies in the future. Please check the date."),
                code=f"{name}_future",
            )
    for name in ("occurred_at", "returned_at", "shows_at"):
        when = getattr(facts, name)
        if when is not None and not (
            when.year >= EARLIEST_YEAR and when <= at + FURTHEST
        ):
            errors.setdefault(
                name,
                ValidationError(
                    _("This cannot be. Please check the date."), code=f"{name}_unfit"
                ),
            )


def _money(name: str, amount: Decimal | None, errors: Errors) -> None:
    if amount is None:
        return
    if not amount.is_finite() or not 0 < amount <= MOST:
        errors[name] = ValidationError(
            _("Please give an amount above 0, in yuan."), code="amount_unfit"
        )
    elif amount != round(amount, 2):
        errors[name] = ValidationError(
            _("An amount has at most two decimals, for example 128.50."),
            code="amount_decimals",
        )
