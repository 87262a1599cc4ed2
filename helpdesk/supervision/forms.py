"""What managers fill in about policies and calendars; the rules stand in the verbs."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from helpdesk.templatetags.promises import fact_name
from sla.metrics import FACTS, Metric
from sla.models import (
    Action,
    Audience,
    Calendar,
    Compare,
    EscalationStep,
    Origin,
    PauseRule,
    Target,
    Unit,
)
from tickets.models import Channel

HUNDRED: Final = Decimal(100)
MOST_RUNGS: Final = 12
SEARCH_MAX: Final = 40


class Measure(models.TextChoices):
    """In what a length is written down."""

    SECONDS = "seconds", gettext_lazy("seconds")
    MINUTES = "minutes", gettext_lazy("minutes")
    HOURS = "hours", gettext_lazy("hours")
    WORKING_DAYS = "working_days", gettext_lazy("working days")
    CALENDAR_DAYS = "calendar_days", gettext_lazy("calendar days")


LENGTHS: Final = {
    Measure.HOURS: timedelta(hours=1),
    Measure.MINUTES: timedelta(minutes=1),
    Measure.SECONDS: timedelta(seconds=1),
}
# How the columns of a length are called on a form.
FIELDS: Final = {
    "budget": "amount",
    "limit": "amount",
    "after": "amount",
    "days": "amount",
    "unit": "measure",
    "warn_at_fraction": "warn_at",
}


class Dressed(forms.Form):
    """A form whose widgets look like ours, and to which a refusal can be given back."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            dress(field)

    def refuse(self, error: ValidationError) -> None:
        """Put a verb's refusal beside the fields that it names."""
        if not hasattr(error, "error_dict"):
            self.add_error(None, error)
            return
        for name, errors in error.error_dict.items():
            own = FIELDS.get(name, name)
            self.add_error(own if own in self.fields else None, errors)


def dress(field: forms.Field) -> None:
    """Give a widget the classes of the component kit."""
    widget = field.widget
    if isinstance(widget, forms.CheckboxSelectMultiple | forms.RadioSelect):
        return
    if isinstance(widget, forms.CheckboxInput):
        widget.attrs.setdefault("class", "form-check-input")
    elif isinstance(widget, forms.Select):
        widget.attrs.setdefault("class", "form-select")
    else:
        widget.attrs.setdefault("class", "form-control")


class Words(forms.CharField):
    """Several short texts with commas between them, Chinese ones too."""

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        text = super().to_python(value) or ""
        for comma in ",、;；\n":
            text = text.replace(comma, ",")
        return [word for part in text.split(",") if (word := part.strip())]

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list | tuple) else value


class CalendarField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A calendar, or day and night."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            Calendar.objects.all(),
            required=False,
            empty_label=gettext_lazy("day and night"),
            label=gettext_lazy("Calendar"),
            error_messages={
                "invalid_choice": gettext_lazy("There is no such calendar.")
            },
            **options,
        )


class LengthForm(Dressed):
    """A length of time as people write it: 30 seconds, 3 working days."""

    amount = forms.DecimalField(
        label=gettext_lazy("Limit"),
        required=False,
        max_digits=12,
        decimal_places=6,
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"}),
    )
    measure = forms.ChoiceField(
        label=gettext_lazy("counted in"),
        choices=Measure.choices,
        initial=Measure.MINUTES,
    )
    calendar = CalendarField()

    def length(self, name: str, *, sign: int = 1) -> dict[str, Any]:
        """The columns of a length; `name` is that of the column for the time."""
        amount: Decimal | None = self.cleaned_data.get("amount")
        measure = self.cleaned_data.get("measure") or Measure.MINUTES
        calendar = self.cleaned_data.get("calendar")
        if measure in {Measure.WORKING_DAYS, Measure.CALENDAR_DAYS}:
            return {
                "unit": Unit(measure),
                name: None,
                "days": self._whole_days(amount),
                "calendar": calendar,
            }
        length = None
        if amount is not None:
            length = int(amount * 1_000_000) * LENGTHS[Measure(measure)] // 1_000_000
        return {
            "unit": Unit.BUSINESS if calendar else Unit.WALL,
            name: None if length is None else sign * length,
            "days": None,
            "calendar": calendar,
        }

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        measure = given.get("measure")
        if measure in {Measure.WORKING_DAYS, Measure.CALENDAR_DAYS}:
            amount = given.get("amount")
            if amount is not None and amount != int(amount):
                self.add_error("amount", _("Days are counted whole."))
            if amount is not None and not given.get("calendar"):
                self.add_error("calendar", _("Days are counted on a calendar."))
        return given

    @staticmethod
    def _whole_days(amount: Decimal | None) -> int | None:
        return None if amount is None else int(amount)


def written(
    counted: Target | EscalationStep | PauseRule, amount: timedelta | None
) -> dict[str, Any]:
    """A length as the form shows it, in the largest measure that leaves no rest."""
    if counted.days is not None:
        return {
            "amount": counted.days,
            "measure": Measure(counted.unit),
            "calendar": counted.calendar_id,
        }
    if amount is None:
        return {"amount": None, "measure": Measure.MINUTES, "calendar": None}
    length = abs(amount)
    measure = next(
        (one for one, size in LENGTHS.items() if not length % size), Measure.SECONDS
    )
    microseconds = length // timedelta(microseconds=1)
    size = LENGTHS[measure] // timedelta(microseconds=1)
    whole, rest = divmod(microseconds, size)
    return {
        "amount": whole if not rest else Decimal(microseconds) / size,
        "measure": measure,
        "calendar": counted.calendar_id,
    }


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
            self.fields[f"when_{fact}"] = condition_field(fact)
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


def condition_field(fact: str) -> forms.Field:
    """How a condition on a fact is asked."""
    label = fact_name(fact)
    if fact == "channel":
        return forms.MultipleChoiceField(
            label=label,
            required=False,
            choices=[(row.code, row.name) for row in Channel.objects.all()],
            widget=forms.CheckboxSelectMultiple,
            help_text=_("None ticked: every channel."),
        )
    return Words(label=label, required=False, help_text=_("Empty: in every case."))


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


class Side(models.TextChoices):
    """On which side of the deadline a rung stands."""

    BEFORE = "before", gettext_lazy("before the deadline")
    AT = "at", gettext_lazy("at the deadline")
    AFTER = "after", gettext_lazy("after the deadline")


class RungForm(LengthForm):
    """One rung of a ladder."""

    side = forms.ChoiceField(
        label=gettext_lazy("When"), choices=Side.choices, initial=Side.AFTER
    )
    audience = forms.ChoiceField(
        label=gettext_lazy("Who is told"),
        choices=Audience.choices,
        initial=Audience.MANAGER,
    )
    action = forms.ChoiceField(
        label=gettext_lazy("What happens"),
        choices=Action.choices,
        initial=Action.NOTIFY,
    )
    by_mail = forms.BooleanField(label=gettext_lazy("also by mail"), required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if given.get("side") != Side.AT and not given.get("amount"):
            self.add_error("amount", _("Say how long before or after."))
        return given

    def rung(self) -> dict[str, Any]:
        """The rung as the verb takes it."""
        given = self.cleaned_data
        if given["side"] == Side.AT:
            length: dict[str, Any] = {
                "unit": Unit.WALL,
                "after": timedelta(0),
                "days": None,
                "calendar": None,
            }
        else:
            sign = -1 if given["side"] == Side.BEFORE else 1
            length = self.length("after", sign=sign)
        return {
            **length,
            "audience": given["audience"],
            "action": given["action"],
            "by_mail": given["by_mail"],
        }


class BaseLadder(BaseFormSet):  # type: ignore[type-arg]
    """A ladder; rows that nobody filled in count for nothing."""

    def refuse(self, error: ValidationError) -> None:
        """Say why the ladder as a whole cannot be."""
        self._non_form_errors.extend(error.messages)  # type: ignore[attr-defined]

    def rungs(self) -> list[dict[str, Any]]:
        """Every row that was filled in and is not to be left out."""
        return [
            form.rung()
            for form in self.forms
            if form not in self.deleted_forms and (form.initial or form.has_changed())
        ]


LadderFormSet = formset_factory(
    RungForm,
    formset=BaseLadder,
    extra=3,
    can_delete=True,
    max_num=MOST_RUNGS,
    validate_max=True,
)


def shown_ladder(ladder: Iterable[EscalationStep]) -> list[dict[str, Any]]:
    """A ladder as its form shows it."""
    return [
        {
            **written(rung, rung.after or None),
            "side": _side(rung),
            "audience": rung.audience,
            "action": rung.action,
            "by_mail": rung.by_mail,
        }
        for rung in ladder
    ]


def _side(rung: EscalationStep) -> Side:
    if rung.days or (rung.after and rung.after > timedelta(0)):
        return Side.AFTER
    return Side.BEFORE if rung.after else Side.AT


class PauseForm(LengthForm):
    """A reason for which clocks may pause."""

    code = forms.RegexField(
        r"^(?!new$)[a-z][a-z0-9_]{1,39}$",
        label=gettext_lazy("Code"),
        max_length=40,
        help_text=gettext_lazy("Small letters, digits and _: awaiting_evidence"),
        error_messages={
            "invalid": gettext_lazy(
                "Write small letters, digits and _, a letter first; not “new”."
            )
        },
    )
    name_zh = forms.CharField(label=gettext_lazy("Chinese name"), max_length=80)
    name_en = forms.CharField(label=gettext_lazy("English name"), max_length=80)
    metrics = forms.MultipleChoiceField(
        label=gettext_lazy("Clocks that may pause"),
        choices=Metric.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    clauses = Words(
        label=gettext_lazy("Clauses"),
        required=False,
        help_text=gettext_lazy("With commas between them: IN-24, IN-25"),
    )
    origin = forms.ChoiceField(
        label=gettext_lazy("Source"), choices=Origin.choices, initial=Origin.INFERRED
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"].label = _("Longest time in total")
        self.fields["amount"].required = True

    def changes(self) -> dict[str, Any]:
        same = ("code", "name_zh", "name_en", "metrics", "clauses", "origin")
        given = {name: self.cleaned_data[name] for name in same}
        return {**given, **self.length("limit")}


def shown_pause(rule: PauseRule) -> dict[str, Any]:
    """A pause rule as its form shows it."""
    same = ("code", "name_zh", "name_en", "metrics", "clauses", "origin")
    return {
        **{name: getattr(rule, name) for name in same},
        **written(rule, rule.limit),
    }


class When(models.TextChoices):
    """From when a version holds."""

    NOW = "now", gettext_lazy("at once")
    LATER = "later", gettext_lazy("from")


class PublishForm(Dressed):
    """From when, and why."""

    when = forms.ChoiceField(
        label=gettext_lazy("Takes effect"),
        choices=When.choices,
        initial=When.NOW,
        widget=forms.RadioSelect,
    )
    effective_from = forms.DateTimeField(
        label=gettext_lazy("Date and time"),
        required=False,
        widget=forms.DateTimeInput(
            attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"
        ),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
    )
    note = forms.CharField(
        label=gettext_lazy("What changes and why"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": 200}),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        later = given.get("when") == When.LATER
        if later and not given.get("effective_from") and not self.errors:
            self.add_error("effective_from", _("Say from when it holds."))
        return given

    def chosen(self) -> dict[str, Any]:
        """What the verb takes; None: at once."""
        later = self.cleaned_data["when"] == When.LATER
        effective_from: datetime | None = self.cleaned_data["effective_from"]
        return {
            "effective_from": effective_from if later else None,
            "note": self.cleaned_data["note"],
        }
