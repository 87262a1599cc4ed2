"""What colleagues fill in about objections; the rules stand in the verbs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.forms import FilesField, PlainForm, long_text
from objections import requirements
from objections.facts import Asked, Facts
from objections.models import (
    DemandKind,
    Handoff,
    ObjectionType,
    Phase,
    ProcessStep,
    Subtype,
)
from objections.routing import Destination
from staff.models import Department, User
from tickets.models import Channel, Store

UNSURE: Final = ("", gettext_lazy("Not known yet"))
PER_TYPE: Final[Mapping[str, tuple[str, ...]]] = {
    "device_model": ("quality", "service", "return"),
    "serial_number": ("quality", "service", "return"),
    "phase": ("quality",),
    "returned_at": ("return",),
    "contract_number": ("contract", "fee", "return"),
    "process_step": ("service",),
    "named_colleague": ("service",),
}
GROUPS: Final[tuple[tuple[str | Promise, tuple[str, ...]], ...]] = (
    (
        gettext_lazy("What it is about"),
        ("type", "subtype", "description", "core_need", "reason"),
    ),
    (
        gettext_lazy("Facts"),
        (
            *("order_number", "device_model", "serial_number", "contract_number"),
            *("occurred_at", "returned_at", "phase", "process_step", "amount"),
            *("named_colleague", "shows_at", "on_air", "danger"),
        ),
    ),
    (gettext_lazy("What the customer wants"), ("demands",)),
    (
        gettext_lazy("Customer"),
        ("phone", "company_name", "account_number", "no_account_reason"),
    ),
)
WIDE: Final = frozenset({"description", "core_need", "reason", "demands"})
DATE_FORMAT: Final = "%Y-%m-%dT%H:%M"


class WhenField(forms.DateTimeField):
    """A day and a time as a browser's own field sends it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            input_formats=[DATE_FORMAT, f"{DATE_FORMAT}:%S", "%Y-%m-%d %H:%M"],
            widget=forms.DateTimeInput(
                attrs={"type": "datetime-local", "class": "form-control"},
                format=DATE_FORMAT,
            ),
            error_messages={"invalid": gettext_lazy("Please give a day and a time.")},
            **kwargs,
        )


class AmountField(forms.CharField):
    """An amount in yuan as people write it: 300, ¥1,200.50."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            widget=forms.TextInput(
                attrs={"inputmode": "decimal", "autocomplete": "off"}
            ),
            **kwargs,
        )

    def clean(self, value: Any) -> Any:
        return amount_of(super().clean(value))


def amount_of(text: str) -> Decimal | None:
    """An amount as it was written; None for nothing. Raises ValidationError."""
    bare = text.replace(",", "").replace("，", "").strip(" ¥￥元")
    if not bare:
        return None
    try:
        return Decimal(bare)
    except InvalidOperation as error:
        raise ValidationError(
            _("Please give an amount above 0, in yuan."), code="amount_unfit"
        ) from error


class CodesField(forms.Field):
    """Several codes, judged by the verb."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.SelectMultiple, **kwargs)

    def clean(self, value: Any) -> list[str]:
        return [str(code) for code in value or ()]


def line(label: Any, hint: Any = "") -> forms.CharField:
    """A text of one line."""
    return forms.CharField(
        label=label,
        help_text=hint,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


def choice(label: Any, choices: Sequence[Any]) -> forms.CharField:
    """One of several, or not known yet."""
    return forms.CharField(label=label, widget=forms.Select(choices=[UNSURE, *choices]))


@dataclass(frozen=True)
class FactRow:
    """One field of the handling form as a page shows it."""

    name: str
    bound: forms.BoundField
    slot: str
    errors: list[str]

    @property
    def is_check(self) -> bool:
        return isinstance(self.bound.field, forms.BooleanField)

    @property
    def wide(self) -> bool:
        return self.name in WIDE

    @property
    def types(self) -> tuple[str, ...]:
        """The types that have this field; none: all of them, or it is filled in."""
        if self.bound.value() or self.errors:
            return ()
        return PER_TYPE.get(self.name, ())

    @property
    def needed_for(self) -> list[str]:
        """The types that cannot do without it."""
        return [
            type_ for type_, names in requirements.OF_TYPE.items() if self.name in names
        ]


@dataclass(frozen=True)
class DemandRow:
    """One kind of demand as a checkbox, with its amount if it has one."""

    kind: DemandKind
    chosen: bool
    amount: str


class FactsForm(PlainForm):
    """The handling form; what is not known yet stays empty (OB-38 to OB-42)."""

    type = choice(gettext_lazy("Type"), ObjectionType.choices)
    subtype = forms.CharField(label=gettext_lazy("Subtype"), widget=forms.Select())
    description = long_text(gettext_lazy("What happened"), rows=4)
    core_need = line(
        gettext_lazy("What the customer really needs"),
        gettext_lazy("In your words, for example: a working camera before Friday."),
    )
    order_number = line(gettext_lazy("Order number"))
    device_model = line(gettext_lazy("Device model"))
    serial_number = line(gettext_lazy("Serial number"))
    contract_number = line(gettext_lazy("Contract number"))
    occurred_at = WhenField(label=gettext_lazy("When it happened"))
    returned_at = WhenField(label=gettext_lazy("When the device was collected"))
    phase = choice(gettext_lazy("Where the fault showed"), Phase.choices)
    process_step = choice(gettext_lazy("Which step was slow"), ProcessStep.choices)
    amount = AmountField(label=gettext_lazy("Amount in dispute, in yuan"))
    named_colleague = forms.CharField(
        label=gettext_lazy("Colleague who is named"), widget=forms.Select()
    )
    shows_at = WhenField(
        label=gettext_lazy("Start of the customer's broadcast"),
        help_text=gettext_lazy("It is shown as a clock of its own."),
    )
    on_air = forms.BooleanField(
        label=gettext_lazy("A broadcast is running and the device cannot be used")
    )
    danger = forms.BooleanField(label=gettext_lazy("Somebody's safety is at stake"))
    demands = CodesField(label=gettext_lazy("Demands"))
    company_name = line(gettext_lazy("Company"))
    account_number = line(gettext_lazy("Account number"))
    no_account_reason = line(
        gettext_lazy("Or why there is none"),
        gettext_lazy("For example: not a member."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.kinds = list(DemandKind.objects.filter(active=True))
        super().__init__(*args, **kwargs)
        self.fields["subtype"].widget = forms.Select(
            choices=_subtypes(), attrs=self._attrs("subtype")
        )
        self.fields["named_colleague"].widget = forms.Select(
            choices=_colleagues(), attrs=self._attrs("named_colleague")
        )

    @property
    def names(self) -> list[str]:
        found = super().names
        return [name for _title, group in GROUPS for name in group if name in found]

    def groups(
        self, errors: Mapping[str, list[str]]
    ) -> Iterator[tuple[str | Promise, list[FactRow]]]:
        """The fields under their titles, each with the messages beside it."""
        for title, names in GROUPS:
            rows = [
                FactRow(name, self[name], f"{self.slots}-{name}", errors.get(name, []))
                for name in names
                if name in self.fields
            ]
            yield title, rows

    def demand_rows(self) -> list[DemandRow]:
        """Every kind of demand, and what is asked of each."""
        if self.is_bound:
            chosen = {
                code: str(self.data.get(f"amount_{code}", ""))
                for code in self["demands"].value() or ()
            }
            known = {
                kind.code: str(self.data.get(f"amount_{kind.code}", ""))
                for kind in self.kinds
            }
        else:
            asked: Sequence[Asked] = self.initial.get("demands", ())
            chosen = {it.kind: str(it.amount or "") for it in asked}
            known = chosen
        return [
            DemandRow(kind, kind.code in chosen, known.get(kind.code, ""))
            for kind in self.kinds
        ]

    def clean(self) -> dict[str, Any]:
        """As the verbs take it: `facts`, and what is no fact beside them."""
        given = super().clean() or self.cleaned_data
        given["demands"] = tuple(self._asked(given.get("demands", [])))
        type_, dot, code = given.get("subtype", "").partition(".")
        if dot and given.get("type") in ("", type_):
            given["type"], given["subtype"] = type_, code
        self._keep_the_seconds(given)
        if self.errors:
            return given
        names = {field.name for field in fields(Facts)}
        facts = {name: given.pop(name) for name in names if name in given}
        return {**given, "facts": Facts(**facts)}

    def _asked(self, codes: Sequence[str]) -> Iterator[Asked]:
        for code in codes:
            amount = None
            try:
                amount = amount_of(str(self.data.get(f"amount_{code}", "")))
            except ValidationError as error:
                self.add_error("demands", error)
            yield Asked(code, amount)

    def _keep_the_seconds(self, given: dict[str, Any]) -> None:
        """A moment that is known to the second is not rounded by being shown."""
        for name in ("occurred_at", "returned_at", "shows_at"):
            before = self.initial.get(name)
            if before is not None and given.get(name) == before.replace(
                second=0, microsecond=0
            ):
                given[name] = before

    def _attrs(self, name: str) -> dict[str, str]:
        return {"class": "form-select", "aria-describedby": f"{self.slots}-{name}"}


class CorrectForm(FactsForm):
    """The handling form of an objection that is there.

    `seen` is the form that was shown, so that nobody undoes what they did not see.
    """

    seen = forms.CharField(widget=forms.HiddenInput)

    reason = line(
        gettext_lazy("Why it is another type"),
        gettext_lazy("Needed where it differs from what the customer chose."),
    )
    phone = forms.CharField(
        label=gettext_lazy("Phone"),
        widget=forms.TextInput(
            attrs={"type": "tel", "inputmode": "tel", "autocomplete": "off"}
        ),
    )

    def __init__(self, *args: Any, has_phone: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if has_phone:
            del self.fields["phone"]


class FilingForm(FactsForm):
    """An objection that reached a colleague by phone, chat, letter, or in person."""

    channel = forms.ModelChoiceField(
        Channel.objects.filter(takes_objections=True),
        to_field_name="code",
        error_messages={
            "invalid_choice": gettext_lazy("Please say how it reached you."),
        },
    )
    store = forms.ModelChoiceField(
        Store.objects.in_use(),
        to_field_name="code",
        label=gettext_lazy("Store"),
        empty_label=gettext_lazy("Choose a store"),
        error_messages={
            "invalid_choice": gettext_lazy("Please choose a store of the list.")
        },
    )
    surname = line(gettext_lazy("Surname"))
    phone = forms.CharField(
        label=gettext_lazy("Phone"),
        widget=forms.TextInput(
            attrs={"type": "tel", "inputmode": "tel", "autocomplete": "off"}
        ),
    )
    talking = forms.BooleanField(label=gettext_lazy("I am talking to the customer"))
    received_at = WhenField(
        label=gettext_lazy("When it reached us"),
        help_text=gettext_lazy("For letters and calls of earlier; empty: now."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Added here because a form's own attribute `files` holds the uploads.
        self.fields["files"] = FilesField(
            label=gettext_lazy("Pictures or PDF"), required=False
        )

    @property
    def slot_names(self) -> list[str]:
        first = ("channel", "store", "surname", "talking", "received_at", "files")
        return [*first, *self.names]

    def groups(
        self, errors: Mapping[str, list[str]]
    ) -> Iterator[tuple[str | Promise, list[FactRow]]]:
        """The phone stands with the surname, at the top."""
        for title, rows in super().groups(errors):
            yield title, [row for row in rows if row.name != "phone"]

    def channels(self) -> list[tuple[Channel, bool]]:
        """The ways in which it can have come, and whether each is chosen."""
        chosen = self["channel"].value()
        found = Channel.objects.filter(takes_objections=True)
        return [(channel, channel.code == chosen) for channel in found]

    def clean(self) -> dict[str, Any]:
        """A store belongs to a store's desk alone."""
        given = super().clean()
        channel = given.get("channel")
        if channel is None and "channel" not in self.errors:
            self.add_error("channel", _("Please say how it reached you."))
        elif channel is not None and channel.code != "store":
            given["store"] = None
        return given


class HandOverForm(PlainForm):
    """Who investigates: one department leads, others take part (OB-45)."""

    lead = forms.CharField()
    departments = CodesField()
    reason = line(
        gettext_lazy("Why it goes elsewhere"),
        gettext_lazy("Needed where it differs from what the policy suggests."),
    )

    def __init__(
        self, *args: Any, suggested: Sequence[Destination] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.suggested = [place.department.code for place in suggested]

    @property
    def slot_names(self) -> list[str]:
        return ["departments", "reason"]

    def choices(self) -> list[tuple[Department, bool, bool, bool]]:
        """Each department: suggested, chosen to lead, chosen to take part.

        The suggested ones stand first.
        """
        lead, others = self.suggested[:1], self.suggested[1:]
        if self.is_bound:
            lead = [self["lead"].value()]
            others = self["departments"].value() or []
        place = {code: n for n, code in enumerate(self.suggested)}
        known = sorted(
            Department.objects.all(),
            key=lambda it: (place.get(it.code, len(place)), it.code),
        )
        return [
            (it, it.code in place, it.code in lead, it.code in others) for it in known
        ]

    def clean(self) -> dict[str, Any]:
        """As the verb takes it: the leading one first, the others as suggested."""
        given = super().clean() or self.cleaned_data
        lead, others = given.get("lead", ""), given.get("departments", [])
        place = {code: n for n, code in enumerate(self.suggested)}
        others = sorted(others, key=lambda code: (place.get(code, len(place)), code))
        codes = [code for code in dict.fromkeys([lead, *others]) if code]
        if not lead:
            codes = []
        return {"departments": codes, "reason": given.get("reason", "")}


class DepartmentForm(forms.Form):
    """For which department somebody acts; empty: for their own."""

    department = forms.CharField(required=False)


class ReturnForm(PlainForm):
    """Why an objection is not ours (OB-06)."""

    department = forms.CharField(
        label=gettext_lazy("Department"), widget=forms.HiddenInput
    )
    reason = long_text(
        gettext_lazy("Why does it not belong to your department?"),
        hint=gettext_lazy("It goes back to who handed it over; who reads it decides."),
    )

    def __init__(
        self, *args: Any, handoffs: Sequence[Handoff] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if len(handoffs) > 1:
            self.fields["department"].widget = forms.Select(
                choices=[(it.department.code, it.department.name) for it in handoffs],
                attrs={"class": "form-select"},
            )
        elif handoffs:
            self.initial.setdefault("department", handoffs[0].department.code)

    @property
    def names(self) -> list[str]:
        hidden = self.fields["department"].widget.is_hidden
        return ["reason"] if hidden else ["department", "reason"]


class WithdrawForm(PlainForm):
    """The customer's own words on why the objection ends."""

    statement = long_text(
        gettext_lazy("What does the customer say?"),
        hint=gettext_lazy("In their own words; every clock of the objection ends."),
    )


def facts_initial(facts: Facts) -> dict[str, Any]:
    """A handling form as fields show it."""
    found = {field.name: getattr(facts, field.name) for field in fields(Facts)}
    if facts.subtype:
        found["subtype"] = f"{facts.type}.{facts.subtype}"
    return found


def _subtypes() -> list[Any]:
    """The subtypes under their types; a code alone would not be unique."""
    found: dict[str, list[tuple[str, str]]] = {}
    for row in Subtype.objects.filter(active=True):
        found.setdefault(row.type, []).append((f"{row.type}.{row.code}", row.name))
    labels = dict(ObjectionType.choices)
    return [
        UNSURE,
        *((labels[type_], found[type_]) for type_ in labels if type_ in found),
    ]


def _colleagues() -> list[Any]:
    """Everybody who may be named; those who left are kept on old objections."""
    return [
        ("", gettext_lazy("Nobody")),
        *(
            (person.work_number, f"{person.display_name} · {person.work_number}")
            for person in User.objects.active()
        ),
    ]
