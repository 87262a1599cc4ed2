"""The handling form as colleagues read it: every fact, its reasons, what is missing."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from objections import severity
from objections.facts import still_missing
from objections.models import Demand, Objection, ObjectionType, Phase, ProcessStep
from objections.services.promises import is_repeated


@dataclass(frozen=True)
class Fact:
    """One line of the form. `missing`: it is needed and not there yet."""

    name: str
    label: str
    value: str | datetime | Decimal | None
    missing: bool

    @property
    def is_time(self) -> bool:
        return isinstance(self.value, datetime)

    @property
    def is_money(self) -> bool:
        return isinstance(self.value, Decimal)


@dataclass(frozen=True)
class Sheet:
    """What stands on the handling form of an objection."""

    objection: Objection

    @cached_property
    def missing(self) -> tuple[str, ...]:
        """The fields that are needed and empty."""
        if self.objection.has_ended:
            return ()
        return still_missing(self.objection)

    @property
    def missing_labels(self) -> list[str]:
        labels = label_of_fields()
        return [labels[name] for name in self.missing]

    @cached_property
    def demands(self) -> list[Demand]:
        return list(self.objection.demands.all())

    @property
    def facts(self) -> list[Fact]:
        """Those that are known or needed; the others would say nothing."""
        objection = self.objection
        shown: dict[str, str | datetime | Decimal | None] = {
            "order_number": objection.order_number,
            "device_model": objection.device_model,
            "serial_number": objection.serial_number,
            "contract_number": objection.contract_number,
            "occurred_at": objection.occurred_at,
            "returned_at": objection.returned_at,
            "phase": _label(Phase, objection.phase),
            "process_step": _label(ProcessStep, objection.process_step),
            "amount": objection.amount,
            "named_colleague": str(objection.named_colleague or ""),
            "shows_at": objection.shows_at,
            "core_need": objection.core_need,
            "company_name": objection.company_name,
            "account_number": objection.account_number or objection.no_account_reason,
            "phone": phone_of(objection),
        }
        labels = label_of_fields()
        needed = self.missing
        return [
            Fact(name, labels[name], value, missing=name in needed)
            for name, value in shown.items()
            if value or name in needed
        ]

    @property
    def customers_choice(self) -> str:
        """What the customer chose, where it turned out to be something else."""
        objection = self.objection
        same = (
            objection.customer_type == objection.type
            and objection.customer_subtype_id == objection.subtype_id
        )
        if same or not objection.customer_type:
            return ""
        words = str(ObjectionType(objection.customer_type).label)
        if objection.customer_subtype is not None:
            words = f"{words} · {objection.customer_subtype.name}"
        return words

    @cached_property
    def is_repeated(self) -> bool:
        """Whether the same was objected to shortly before this one (CC-31)."""
        return is_repeated(self.objection, at=self.objection.created_at)

    @property
    def why_severe(self) -> list[str]:
        """The rules by which it is more than normal."""
        objection = self.objection
        large = objection.amount is not None and objection.amount >= severity.MAJOR_FROM
        said = [
            (objection.danger, _("somebody's safety is at stake")),
            (objection.on_air, _("a broadcast is running")),
            (large, _("¥%(amount)s or more") % {"amount": f"{severity.MAJOR_FROM:,}"}),
            (self.is_repeated, _("objected to again within 30 days")),
        ]
        return [words for true, words in said if true]


def phone_of(objection: Objection) -> str:
    """The end of the number, and whether a code that was sent to it came back."""
    tail = objection.customer.phone_tail
    if not tail:
        return ""
    if objection.phone_confirmed_at is not None:
        return _("… %(tail)s, confirmed by code") % {"tail": tail}
    return _("… %(tail)s, not confirmed") % {"tail": tail}


def label_of_fields() -> dict[str, str]:
    """What the fields of the form are called."""
    return {
        "type": _("Type"),
        "subtype": _("Subtype"),
        "description": _("What happened"),
        "demands": _("Demands"),
        "phone": _("Phone"),
        "order_number": _("Order number"),
        "device_model": _("Device model"),
        "serial_number": _("Serial number"),
        "contract_number": _("Contract number"),
        "occurred_at": _("When it happened"),
        "returned_at": _("When the device was collected"),
        "phase": _("Where the fault showed"),
        "process_step": _("Which step was slow"),
        "amount": _("Amount in dispute"),
        "named_colleague": _("Colleague who is named"),
        "shows_at": _("Start of the broadcast"),
        "core_need": _("What the customer really needs"),
        "company_name": _("Company"),
        "account_number": _("Account number"),
    }


def _label(choices: type[Phase | ProcessStep], code: str) -> str:
    return str(choices(code).label) if code else ""
