"""What is filled in to prevent something; the rules stand in the verbs."""

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.models import Device
from helpdesk.forms import TokenField
from helpdesk.supervision.forms.base import Dressed, Words
from objections.models import ObjectionType, Subtype
from objections.prevention_workflow import ActionStep
from staff.models import Department, User

LINE: Final = 200
WHY: Final = _("Please say why.")


def _text(label: Any, missing: Any, **options: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        strip=False,
        error_messages={"required": missing},
        widget=forms.Textarea(attrs={"rows": 3}),
        **options,
    )


def _line(label: Any, missing: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={"maxlength": LINE, "autocomplete": "off"})
    return forms.CharField(
        label=label, widget=widget, error_messages={"required": missing}
    )


def subtypes() -> list[tuple[str, list[tuple[str, str]]]]:
    """The subtypes in use under their types, by type and code; one query."""
    rows = list(Subtype.objects.filter(active=True))
    return [
        (
            str(kind.label),
            [(f"{it.type}/{it.code}", it.name) for it in rows if it.type == kind],
        )
        for kind in ObjectionType
    ]


class OpenForm(Dressed):
    """An action that somebody opens by hand."""

    subtype = forms.CharField(
        label=_("Subtype"), error_messages={"required": _("Please choose a subtype.")}
    )
    device_model = forms.CharField(
        label=_("Device model"),
        required=False,
        help_text=_("Empty: it is about the subtype as a whole."),
    )
    reason = _text(_("Reason"), WHY, help_text=_("With the counts that it rests on."))
    department = forms.ModelChoiceField(
        Department.objects.all(),
        label=_("Department"),
        required=False,
        to_field_name="code",
        empty_label=_("the one that leads in these objections"),
    )
    owner = forms.ModelChoiceField(
        User.objects.active(),
        label=_("Owner"),
        required=False,
        empty_label=_("the head of the department"),
    )
    numbers = Words(
        label=_("Objections"),
        required=False,
        help_text=_(
            "Their numbers with commas; empty: those about this of the last 30 days."
        ),
    )
    client_token = TokenField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = [("", _("Choose a subtype")), *subtypes()]
        attrs = {"class": "form-select"}
        self.fields["subtype"].widget = forms.Select(choices=groups, attrs=attrs)

    def given(self) -> dict[str, Any]:
        """What the verb takes."""
        given = dict(self.cleaned_data)
        department = given.pop("department")
        return {**given, "department": department.code if department else ""}


class AssignForm(Dressed):
    to = forms.ModelChoiceField(
        User.objects.active(),
        label=_("Owner"),
        error_messages={"required": _("Please choose a colleague.")},
    )


class DescribeForm(Dressed):
    measure = _text(_("What will be done"), _("Please describe the measure."))


class FinishForm(Dressed):
    text = _text(_("What was done"), _("Please say what was done."))


class JudgeForm(Dressed):
    """The effect in a person's judgement."""

    effective = forms.TypedChoiceField(
        label=_("Was it effective?"),
        choices=[("yes", _("Effective")), ("no", _("Not effective"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose one.")},
    )
    text = _line(_("On what this rests"), _("Please say on what this rests."))


class CancelForm(Dressed):
    reason = _line(_("Why it is not done"), WHY)


class QuarantineForm(Dressed):
    """A unit to be kept back."""

    serial_number = _line(_("Serial number"), _("Please give the serial number."))
    device = forms.ModelChoiceField(
        Device.objects.all(),
        label=_("Device"),
        required=False,
        to_field_name="code",
        empty_label=_("not in the catalogue"),
    )
    reason = _line(_("Reason"), WHY)


class LiftForm(Dressed):
    reason = _line(_("Why it may be rented again"), WHY)


FORMS: Final[dict[str, type[Dressed]]] = {
    ActionStep.ASSIGN: AssignForm,
    ActionStep.DESCRIBE: DescribeForm,
    ActionStep.FINISH: FinishForm,
    ActionStep.JUDGE: JudgeForm,
    ActionStep.CANCEL: CancelForm,
}
