"""The objection form of the portal: what a customer fills in, and what the page needs.

The rules stand in `objections.facts`; a form only carries values there and the
messages back, each beside its field.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from helpdesk.forms import FilesField, TokenField, slots
from objections import requirements
from objections.facts import Asked, Facts, needed
from objections.models import (
    DemandKind,
    ObjectionType,
    Phase,
    ProcessStep,
    Subtype,
)

UNSURE: Final = "unsure"
AMOUNT_OF: Final = "amount-"
# Fields of which nothing can be said.
SILENT: Final = ("client_token", "danger", "on_air", "no_account")
EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
TYPE_ICONS: Final = {
    ObjectionType.QUALITY: "camera",
    ObjectionType.FEE: "receipt-yuan",
    ObjectionType.SERVICE: "headset",
    ObjectionType.CONTRACT: "file-text",
    ObjectionType.RETURN: "truck-return",
}
# What customers hold in their hands that helps to find out, by type (OB-47 to OB-49).
EVIDENCE: Final = {
    ObjectionType.QUALITY: (
        _("Photos or a short video of the fault"),
        _("The sticker with model and serial number"),
        _("The delivery note, or the box as it arrived"),
    ),
    ObjectionType.FEE: (
        _("The bill or the order"),
        _("Proof of payment"),
        _("The page of the contract about this fee"),
        _("The invoice, if it is about one"),
    ),
    ObjectionType.SERVICE: (
        _("Screenshots of the chat"),
        _("The call list with day and time"),
        _("Anything in writing about the promise"),
    ),
    ObjectionType.CONTRACT: (
        _("The signed contract"),
        _("The term in question, in full"),
        _("Messages about a change of terms"),
    ),
    ObjectionType.RETURN: (
        _("The hand-over and return lists"),
        _("Photos from before and after"),
        _("The appointment for collecting"),
        _("The list of parts"),
    ),
}


class MoneyField(forms.DecimalField):
    """Yuan as people write them: ¥1,280.50."""

    default_error_messages = {  # noqa: RUF012  (Django's own way)
        "invalid": _("Please give an amount in yuan, for example 128.50.")
    }

    def clean(self, value: Any) -> Any:
        if isinstance(value, str):
            value = value.strip().removeprefix("¥").removesuffix("元")
            value = value.replace(",", "").replace("，", "").strip()
        return super().clean(value)


class MomentField(forms.DateTimeField):
    """A day and time in the company's zone; about is fine."""

    widget = forms.DateTimeInput
    default_error_messages = {  # noqa: RUF012  (Django's own way)
        "invalid": _("Please give day and time, for example 2026-11-23 09:30.")
    }

    def clean(self, value: Any) -> datetime | None:
        found: datetime | None = super().clean(value)
        if found is not None and found < EARLIEST:
            raise ValidationError(
                gettext("Please check the year."), code="moment_early"
            )
        return found


def line() -> forms.CharField:
    """A field of one line, judged by the verb."""
    return forms.CharField(required=False)


class ObjectionForm(forms.Form):
    """All that a customer may say at once; sent once per client token."""

    order_number = line()
    order_confirmed = forms.BooleanField(required=False)
    device_model = line()
    serial_number = line()
    contract_number = line()
    what = forms.CharField(
        error_messages={
            "required": _("Please choose what fits best, or “I am not sure”.")
        }
    )
    description = forms.CharField(required=False, strip=False)
    phase = line()
    process_step = line()
    named_colleague = line()
    occurred_at = MomentField(required=False)
    returned_at = MomentField(required=False)
    shows_at = MomentField(required=False)
    amount = MoneyField(required=False)
    danger = forms.BooleanField(required=False)
    on_air = forms.BooleanField(required=False)
    demands = forms.MultipleChoiceField(required=False)
    surname = line()
    phone = line()
    company_name = line()
    account_number = line()
    no_account = forms.BooleanField(required=False)
    client_token = TokenField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Added here because a form's own attribute `files` holds the uploads.
        self.fields["files"] = FilesField(required=False)
        self.kinds = list(DemandKind.objects.filter(active=True))
        self.fields["demands"].choices = [  # type: ignore[attr-defined]
            (kind.code, kind.name) for kind in self.kinds
        ]
        for kind in self.kinds:
            if kind.money:
                self.fields[f"{AMOUNT_OF}{kind.code}"] = MoneyField(required=False)

    def facts(self) -> Facts:
        """What was said, as the verb takes it; only of a form that is valid."""
        said = self.cleaned_data
        type_, _slash, subtype = said["what"].partition("/")
        if said["what"] == UNSURE:
            type_ = subtype = ""
        names = (
            *("order_number", "device_model", "serial_number", "contract_number"),
            *("description", "phase", "process_step", "named_colleague"),
            *("occurred_at", "returned_at", "shows_at", "amount", "danger", "on_air"),
            *("company_name", "account_number"),
        )
        none = said["no_account"] and not said["account_number"]
        return Facts(
            type=type_,
            subtype=subtype,
            demands=tuple(
                Asked(code, said.get(f"{AMOUNT_OF}{code}")) for code in said["demands"]
            ),
            no_account_reason=gettext("Customer says: no account") if none else "",
            **{name: said[name] for name in names},
        )

    def refuse(self, error: ValidationError) -> None:
        """Put a verb's refusal beside the fields that it names."""
        if not hasattr(error, "error_dict"):
            self.add_error(None, error)
            return
        places = {"type": "what", "subtype": "what"}
        for name, errors in error.error_dict.items():
            place = places.get(name, name)
            if any(it.code == "order_strange" for it in errors):
                place = "order_confirmed"  # which stands there to be ticked
            self.add_error(place if place in self.fields else None, errors)

    def slots(self) -> dict[str, list[str]]:
        """The messages of every field that can be seen, and "form"."""
        return slots(self.errors, *(it for it in self.fields if it not in SILENT))


@dataclass(frozen=True)
class Tile:
    """One subtype as it can be chosen."""

    value: str
    name: str
    example: str
    chosen: bool


@dataclass(frozen=True)
class Group:
    """The subtypes of one type, and what helps to find out."""

    type: str
    label: str
    icon: str
    tiles: list[Tile]
    evidence: tuple[Any, ...]

    @property
    def chosen(self) -> bool:
        return any(tile.chosen for tile in self.tiles)


@dataclass(frozen=True)
class Wanted:
    """One demand as it can be ticked, with its amount if it has one."""

    code: str
    name: str
    ticked: bool
    amount_name: str = ""
    amount: str = ""
    errors: tuple[str, ...] = ()


def groups(form: ObjectionForm, *, chinese: bool) -> list[Group]:
    """The 24 subtypes under their five types (OB-04, OB-11 to OB-30)."""
    chosen = form["what"].value()
    tiles: dict[str, list[Tile]] = {}
    for one in Subtype.objects.filter(active=True):
        value = f"{one.type}/{one.code}"
        example = one.example_zh if chinese else one.example_en
        tiles.setdefault(one.type, []).append(
            Tile(value, one.name, example, value == chosen)
        )
    return [
        Group(
            type_.value,
            str(type_.label),
            TYPE_ICONS[type_],
            tiles[type_],
            EVIDENCE[type_],
        )
        for type_ in ObjectionType
        if type_ in tiles
    ]


def wanted(form: ObjectionForm) -> list[Wanted]:
    """The demands of OB-41; nothing is ticked beforehand."""
    ticked = form["demands"].value() or []
    found = []
    for kind in form.kinds:
        name = f"{AMOUNT_OF}{kind.code}" if kind.money else ""
        value = (form[name].value() or "") if name else ""
        errors = tuple(map(str, form.errors.get(name, ()))) if form.is_bound else ()
        found.append(
            Wanted(kind.code, kind.name, kind.code in ticked, name, value, errors)
        )
    return found


def needs() -> dict[str, str]:
    """Which types, and subtypes, need a field: names by field, for the page."""
    found: dict[str, list[str]] = {}
    for type_, names in requirements.OF_TYPE.items():
        for name in names:
            found.setdefault(name, []).append(type_)
    for (type_, subtype), names in requirements.OF_SUBTYPE.items():
        for name in names:
            found.setdefault(name, []).append(f"{type_}/{subtype}")
    return {name: " ".join(places) for name, places in found.items()}


def missing_texts() -> dict[str, str]:
    """What is said beside a field that is needed and empty."""
    names = ("description", "demands", "phone", *needs())
    texts = needed(names).message_dict
    return {name: said[0] for name, said in texts.items()}


def options(choices: type[models.TextChoices]) -> list[tuple[str, str]]:
    """Codes and labels of a list."""
    return [(one.value, str(one.label)) for one in choices]


def phases() -> list[tuple[str, str]]:
    return options(Phase)


def process_steps() -> list[tuple[str, str]]:
    return options(ProcessStep)
