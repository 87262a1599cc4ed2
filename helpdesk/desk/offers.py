"""What an agent fills in to recommend and to quote; the verbs judge it."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import (
    Category,
    DeliveryZone,
    DepositWaiver,
    Device,
    Kit,
    Need,
    Scale,
    Scene,
)
from catalog.services import quarantine
from catalog.services.prices import searchable
from helpdesk.errors import Permit
from helpdesk.forms import TokenForm, ToldGuard, values
from inquiries.merged import together
from inquiries.models import (
    Comparison,
    DeviceSelection,
    Inquiry,
    Merge,
    Quotation,
)
from inquiries.services.quoting import Order
from inquiries.services.selecting import chosen_devices
from staff.models import User
from tickets.models import Direction, Message
from tickets.tokens import derived_token

USUAL_ZONE: Final = "same_city"
LAST_WORDS: Final = 5
KIT: Final = "kit:"
Errors = Mapping[str, list[str]]


class WishForm(forms.Form):
    """Scene, scale and needs, asked one after the other (IN-30 to IN-32)."""

    scene = forms.CharField(required=False)
    scale = forms.CharField(required=False)
    needs = forms.MultipleChoiceField(choices=Need.choices, required=False)
    category = forms.CharField(required=False)
    budget = forms.DecimalField(
        required=False,
        max_digits=12,
        decimal_places=2,
        error_messages={
            "invalid": gettext_lazy("Write an amount: 200 or 199.50."),
            "max_decimal_places": gettext_lazy("Write an amount: 200 or 199.50."),
        },
    )


class ComparisonForm(ToldGuard, TokenForm):
    """Which devices of a selection are sent."""

    selection = forms.IntegerField(min_value=1, max_value=2**62)
    codes = forms.MultipleChoiceField(required=False)
    only_one_reason = forms.CharField(required=False)

    def __init__(self, data: QueryDict) -> None:
        """Let the verb judge the codes."""
        super().__init__(data)
        codes = self.fields["codes"]
        if isinstance(codes, forms.MultipleChoiceField):
            codes.choices = [(code, code) for code in data.getlist("codes")]


class RecordForm(forms.Form):
    """What the customer chose, and the message that proves it."""

    comparison = forms.IntegerField(min_value=1, max_value=2**62)
    code = forms.CharField(required=False)
    message = forms.IntegerField(required=False, min_value=1, max_value=2**62)


class OrderForm(forms.Form):
    """For how long, from when, which way, and what on top."""

    days = forms.IntegerField(
        error_messages={
            "required": gettext_lazy("For how many days?"),
            "invalid": gettext_lazy("Give a whole number."),
        }
    )
    starts_on = forms.DateField(
        required=False,
        error_messages={"invalid": gettext_lazy("Write a day like 2026-11-30.")},
    )
    delivery = forms.CharField(required=False)
    first_order = forms.BooleanField(required=False)
    insurance = forms.BooleanField(required=False)
    onsite_install = forms.BooleanField(required=False)
    operator_days = forms.IntegerField(
        required=False,
        error_messages={"invalid": gettext_lazy("Give a whole number.")},
    )
    waiver = forms.CharField(required=False)
    credit_score = forms.IntegerField(
        required=False,
        error_messages={"invalid": gettext_lazy("Give a whole number.")},
    )


def order_of(data: QueryDict) -> Order:
    """What the form asks for. Raises ValidationError by field."""
    given = values(OrderForm(data))
    return Order(
        items=items_of(data),
        days=given["days"],
        zone=given["delivery"],
        starts_on=given["starts_on"],
        first_order=given["first_order"],
        insurance=given["insurance"],
        onsite_install=given["onsite_install"],
        operator_days=given["operator_days"] or 0,
        waiver=given["waiver"],
        credit_score=given["credit_score"] if given["waiver"] else None,
    )


def items_of(data: QueryDict) -> tuple[tuple[str, int], ...]:
    """The rows of devices; one is added, with its kit's contents, or taken away.

    Raises ValidationError (items) for a quantity that is no number.
    """
    items = []
    rows = zip(data.getlist("code"), data.getlist("quantity"), strict=False)
    for code, quantity in rows:
        if code == data.get("leave_out"):
            continue
        if not quantity.strip().isdecimal() or len(quantity) > len("1000000"):
            raise ValidationError({"items": _("Give a whole number of pieces.")})
        items.append((code, int(quantity)))
    added = data.get("add", "")
    if added.startswith(KIT) and searchable(added):
        kit = Kit.objects.for_rent().filter(code=added.removeprefix(KIT)).first()
        rows_of_kit = kit.items.all() if kit else []
        items += [(row.device.code, row.quantity) for row in rows_of_kit]
    elif added:
        items.append((added, 1))
    return tuple(items)


@dataclass(frozen=True)
class Panel:
    """What both panels know: the inquiry, and what a refused form had in it."""

    inquiry: Inquiry
    user: User
    now: datetime
    data: QueryDict = field(default_factory=QueryDict)
    errors: Errors = field(default_factory=dict)
    permit: Permit | None = None

    @cached_property
    def keys(self) -> list[int]:
        """The inquiries that stand together."""
        return together(self.inquiry)

    @cached_property
    def kept_back(self) -> dict[str, int]:
        """How many units of each device are in quarantine, by its code."""
        return quarantine.counts()

    @property
    def others(self) -> list[str]:
        """Messages for fields that have no place of their own."""
        shown = self.places
        return [
            text
            for name, texts in self.errors.items()
            if name.partition(".")[0] not in shown
            for text in texts
        ]

    @property
    def places(self) -> set[str]:
        """The fields beside which a message stands."""
        return set()

    @property
    def told(self) -> dict[str, list[str]]:
        """Messages by field; those of single devices together, as `rows`."""
        found: dict[str, list[str]] = {}
        for name, texts in self.errors.items():
            place = name.partition(".")[0]
            found.setdefault("rows" if place == "items" else place, []).extend(texts)
        return found


@dataclass(frozen=True)
class DevicesPanel(Panel):
    """Ask, rank, compare, and record what the customer chose."""

    @property
    def places(self) -> set[str]:
        return {
            *("scene", "scale", "needs", "category", "budget"),
            *("codes", "only_one_reason", "message", "code"),
        }

    @cached_property
    def selection(self) -> DeviceSelection | None:
        """The last one."""
        return self.inquiry.selections.last()

    @property
    def wish(self) -> dict[str, Any]:
        """What the form shows: what was typed, else the last wish."""
        if "scene" in self.data or "needs" in self.data or "scale" in self.data:
            return {**self.data.dict(), "needs": self.data.getlist("needs")}
        last = self.selection
        if last is None:
            return {}
        budget = "" if last.budget is None else f"{last.budget.normalize():f}"
        return {
            "scene": last.scene,
            "scale": last.scale,
            "needs": last.needs,
            "category": last.category,
            "budget": budget,
        }

    @property
    def scenes(self) -> list[tuple[str, str]]:
        return [(one.value, str(one.label)) for one in Scene]

    @property
    def scales(self) -> list[tuple[str, str]]:
        return [(one.value, str(one.label)) for one in Scale]

    @property
    def needs(self) -> list[tuple[str, str]]:
        return [(one.value, str(one.label)) for one in Need]

    @property
    def categories(self) -> list[tuple[str, str]]:
        return [(one.value, str(one.label)) for one in Category]

    @property
    def ticked(self) -> list[str]:
        """What is sent unless the agent says otherwise: the best two, the cheapest."""
        if "selection" in self.data:
            return self.data.getlist("codes")
        found = self.selection.devices if self.selection else []
        # Of several kinds, those that come first: the others are the agent's choice.
        listed = [one for one in found if one.category == found[0].category]
        return [one.code for one in listed[:2]] + [
            one.code for one in listed[2:] if one.cheapest_good
        ]

    @cached_property
    def comparison(self) -> Comparison | None:
        """The last that was sent."""
        found = Comparison.objects.filter(selection__inquiry__in=self.keys)
        return found.select_related("selection").last()

    @property
    def token(self) -> uuid.UUID:
        """Sent once for the conversation as it stands now."""
        return derived_token(
            "comparison", self.inquiry.number, self.inquiry.event_count, self.user.pk
        )

    @cached_property
    def last_words(self) -> list[Message]:
        """What the customer said last: one of them proves the choice."""
        words = Message.objects.filter(ticket__in=self.keys, direction=Direction.IN)
        return list(words.order_by("-sent_at", "-pk")[:LAST_WORDS])


@dataclass(frozen=True)
class QuotationPanel(Panel):
    """The devices, the days, the lines as they come to now, and the sending."""

    draft: Quotation | None = None
    differences: list[str] = field(default_factory=list)
    confirm: str = ""
    changed: bool = False

    @property
    def places(self) -> set[str]:
        return {
            *("items", "days", "starts_on", "delivery", "operator_days"),
            *("waiver", "credit_score"),
        }

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """The devices with their pieces: as typed, as drafted, or as chosen."""
        if self.data:
            try:
                items = items_of(self.data)
            except ValidationError:
                codes = self.data.getlist("code")
                typed = self.data.getlist("quantity")
                return self._named(list(zip(codes, typed, strict=False)))
            return self._named(list(items))
        if self.draft is not None:
            return self._named(list(Order.of(self.draft).items))
        return self._named([(code, 1) for code in self._chosen()])

    def _chosen(self) -> list[str]:
        choices = [choice.code for choice in chosen_devices(self.keys)]
        return list(dict.fromkeys(choices))

    def _named(self, items: list[tuple[str, Any]]) -> list[dict[str, Any]]:
        devices = Device.objects.in_bulk(
            [code for code, _quantity in items if searchable(code)], field_name="code"
        )
        return [
            {
                "code": code,
                "name": devices[code].name if code in devices else code,
                "quantity": quantity,
            }
            for code, quantity in items
        ]

    @property
    def order(self) -> dict[str, Any]:
        """What the other fields show."""
        if self.data:
            return self.data.dict()
        if self.draft is None:
            return {"days": 1, "delivery": USUAL_ZONE, "operator_days": 0}
        draft = self.draft
        return {
            "days": draft.days,
            "starts_on": f"{draft.starts_on:%Y-%m-%d}" if draft.starts_on else "",
            "delivery": draft.zone,
            "first_order": draft.first_order,
            "insurance": draft.insurance,
            "onsite_install": draft.onsite_install,
            "operator_days": draft.operator_days,
            "waiver": draft.waiver,
            "credit_score": draft.credit_score,
        }

    @cached_property
    def devices(self) -> QuerySet[Device]:
        return Device.objects.for_rent().order_by("category", "code")

    @cached_property
    def kits(self) -> QuerySet[Kit]:
        return Kit.objects.for_rent()

    @cached_property
    def waivers(self) -> list[DepositWaiver]:
        """Those that this person may use: what needs no score is for who supervises."""
        rows = DepositWaiver.objects.filter(enabled=True)
        return [
            row for row in rows if row.min_score is not None or self.user.supervises
        ]

    @cached_property
    def zones(self) -> QuerySet[DeliveryZone]:
        return DeliveryZone.objects.filter(enabled=True)


@dataclass(frozen=True)
class SentQuotation:
    """A quotation of the context pane, with its state at one moment."""

    quotation: Quotation
    newest: bool
    now: datetime

    @property
    def state(self) -> str:
        """superseded, expired or valid."""
        if not self.newest:
            return "superseded"
        return "valid" if self.quotation.is_valid(at=self.now) else "expired"


def sent_quotations(
    inquiry: Inquiry, merges: Sequence[Merge], *, at: datetime
) -> list[SentQuotation]:
    """Those of an inquiry and of what is merged into it, the newest first; one query.

    What was sent since a merge takes the place of what the same customer was sent
    before on the merged one.
    """
    since = {
        merge.inquiry_id: merge.merged_at
        for merge in merges
        if merge.inquiry.customer_id == inquiry.customer_id
    }
    keys = [inquiry.pk, *(merge.inquiry_id for merge in merges)]
    sent = Quotation.objects.sent().filter(inquiry__in=keys)
    shown: list[SentQuotation] = []
    last: dict[int, datetime] = {}
    for one in sent.order_by("-sent_at", "-pk"):
        merged_at = since.get(one.inquiry_id)
        here = last.get(inquiry.pk)
        replaced = merged_at is not None and here is not None and here >= merged_at
        newest = one.inquiry_id not in last and not replaced
        shown.append(SentQuotation(one, newest=newest, now=at))
        if one.sent_at is not None:
            last.setdefault(one.inquiry_id, one.sent_at)
    return shown
