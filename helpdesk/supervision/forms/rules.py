"""A rule of a draft: what it promises, and for which cases."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from helpdesk.supervision.forms.base import Dressed, LengthForm, Words, dress, written
from helpdesk.templatetags.promises import fact_name, fact_value
from inquiries.models import Topic
from sla.metrics import FACTS, Metric
from sla.models import (
    Compare,
    Origin,
    Target,
    Unit,
)
from staff.models import Department
from tickets.models import Channel, Kind

# The facts that have few values, each with them.
KNOWN: Final[Mapping[str, tuple[str, ...]]] = {
    "kind": tuple(Kind.values),
    "topic": tuple(Topic.values),
    "severity": ("normal", "major", "urgent"),
    "urgency": ("normal", "urgent"),
    "delivery_class": ("standard", "special"),
    "laboratory": ("yes", "no"),
    "type": ("quality", "fee", "service", "contract", "return"),
}
HUNDRED: Final = Decimal(100)


class RuleForm(LengthForm):
    """A rule of a draft. Conditions are asked as the metric has facts for them."""

    name_zh = forms.CharField(label=gettext_lazy("Chinese name"), max_length=80)
    name_en = forms.CharField(label=gettext_lazy("English name"), max_length=80)
    clauses = Words(
        label=gettext_lazy("Clauses"),
        required=False,
        help_text=gettext_lazy("With commas between them: IN-24, IN-25"),
    )
    origin = forms.ChoiceField(label=gettext_lazy("Source"), choices=Origin.choices)
    note = forms.CharField(label=gettext_lazy("Note"), max_length=200, required=False)
    compare = forms.ChoiceField(
        label=gettext_lazy("Still kept"), choices=Compare.choices
    )
    warn_at = forms.DecimalField(
        label=gettext_lazy("Warn at (%)"),
        required=False,
        max_digits=5,
        decimal_places=0,
        help_text=gettext_lazy("Of the time; empty: no warning."),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    enabled = forms.BooleanField(label=gettext_lazy("Enabled"), required=False)
    auto_counts = forms.BooleanField(
        label=gettext_lazy("An automatic reply stops the clock (D-03)"), required=False
    )
    continues_on_reopen = forms.BooleanField(
        label=gettext_lazy("A reopened case goes on with the time that is left"),
        required=False,
    )

    def __init__(self, *args: Any, metric: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.facts = sorted(FACTS[Metric(metric)])
        for fact in self.facts:
            held = self.initial.get(f"when_{fact}", ())
            self.fields[f"when_{fact}"] = condition_field(fact, held)
            dress(self.fields[f"when_{fact}"])

    def conditions_fields(self) -> Iterable[forms.BoundField]:
        return [self[f"when_{fact}"] for fact in self.facts]

    def changes(self) -> dict[str, Any]:
        """The fields of the promise as the verb takes them."""
        given = self.cleaned_data
        warn_at: Decimal | None = given["warn_at"]
        same = (
            "name_zh",
            "name_en",
            "clauses",
            "origin",
            "note",
            "compare",
            "enabled",
            "auto_counts",
            "continues_on_reopen",
        )
        return {
            **{name: given[name] for name in same},
            **self.length("budget"),
            "warn_at_fraction": None if warn_at is None else warn_at / HUNDRED,
            "conditions": {
                fact: list(given[f"when_{fact}"])
                for fact in self.facts
                if given[f"when_{fact}"]
            },
        }

    def refuse(self, error: ValidationError) -> None:
        """A condition is refused beside the first of them."""
        if hasattr(error, "error_dict") and "conditions" in error.error_dict:
            about = error.error_dict.pop("conditions")
            self.add_error(f"when_{self.facts[0]}", about)
        super().refuse(error)


def condition_field(fact: str, held: Iterable[str]) -> forms.Field:
    """How a condition on a fact is asked; values that it has already are among them."""
    label = fact_name(fact)
    known = known_values(fact)
    if not known:
        return Words(
            label=label,
            required=False,
            help_text=_("Codes with commas between them; empty: in every case."),
        )
    more = {value: fact_value(value) for value in held if value not in known}
    return forms.MultipleChoiceField(
        label=label,
        required=False,
        choices=[*(known | more).items()],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: in every case."),
    )


def known_values(fact: str) -> dict[str, str]:
    """The values of a fact with their names; none for one that is written freely."""
    if fact == "channel":
        return {row.code: row.name for row in Channel.objects.all()}
    if fact == "department":
        return {row.code: row.name for row in Department.objects.all()}
    return {value: fact_value(value) for value in KNOWN.get(fact, ())}


def shown_rule(target: Target) -> dict[str, Any]:
    """A promise as its form shows it."""
    warn_at = target.warn_at_fraction
    same = (
        "name_zh",
        "name_en",
        "clauses",
        "origin",
        "note",
        "compare",
        "enabled",
        "auto_counts",
        "continues_on_reopen",
    )
    return {
        **{name: getattr(target, name) for name in same},
        **written(target, target.budget),
        "warn_at": None if warn_at is None else int(warn_at * HUNDRED),
        **{f"when_{fact}": values for fact, values in target.conditions.items()},
    }


class NewRuleForm(Dressed):
    """What a rule measures, before the rest is asked."""

    code = forms.RegexField(
        r"^[A-Z][A-Z0-9_]{1,39}$",
        label=gettext_lazy("Code"),
        max_length=40,
        help_text=gettext_lazy("Capital letters, digits and _: IN_FIRST_REPLY_MAIL"),
        error_messages={
            "invalid": gettext_lazy(
                "Write capital letters, digits and _, a letter first."
            )
        },
    )
    metric = forms.ChoiceField(label=gettext_lazy("Metric"), choices=Metric.choices)

    def target(self) -> dict[str, Any]:
        """A rule that promises nothing yet: off, and with a limit to be replaced."""
        metric = Metric(self.cleaned_data["metric"])
        with override("zh-hans"):
            name_zh = str(metric.label)
        with override("en"):
            name_en = str(metric.label)
        return {
            **self.cleaned_data,
            "name_zh": name_zh,
            "name_en": name_en,
            "clauses": [],
            "origin": Origin.INFERRED,
            "unit": Unit.WALL,
            "budget": timedelta(hours=1),
            "warn_at_fraction": Decimal("0.8"),
            "enabled": False,
        }
