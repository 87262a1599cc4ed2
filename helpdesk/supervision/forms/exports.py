"""What is filled in to take a table away; the rules stand in the verb."""

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from figures.exports.table import OPEN, Group, Narrow, Table
from figures.exports.tables import TABLES
from figures.models import FileFormat
from helpdesk.supervision.forms.base import Dressed
from sla.models import Metric, Outcome
from staff.models import Department, User
from tickets.models import Channel

LINE: Final = 200
ALL: Final = _("all")
NO_DAY: Final = _("Please write a day like 2026-11-30.")


def tables() -> list[tuple[str, list[tuple[str, str]]]]:
    """Every table under its heading."""
    return [
        (
            str(group.label),
            [(it.code, str(it.name)) for it in TABLES.values() if it.group == group],
        )
        for group in Group
    ]


def _day(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": NO_DAY, "required": _("Please choose a day.")},
    )


def _one_of(label: Any, rows: Any, key: str) -> forms.ModelChoiceField:  # type: ignore[type-arg]
    return forms.ModelChoiceField(
        rows,
        label=label,
        required=False,
        to_field_name=key,
        empty_label=ALL,
        error_messages={"invalid_choice": _("Please choose one of the list.")},
    )


class ExportForm(Dressed):
    """A table, a period, what narrows it, and why; what does not apply is not there."""

    table = forms.ChoiceField()
    since = _day(_("From"))
    until = _day(_("To"))
    channel = _one_of(_("Channel"), Channel.objects.all(), "code")
    department = _one_of(_("Department"), Department.objects.all(), "code")
    agent = _one_of(_("Colleague"), User.objects.all(), "work_number")
    metric = forms.ChoiceField(
        label=_("Promise"), required=False, choices=[("", ALL), *Metric.choices]
    )
    outcome = forms.ChoiceField(
        label=_("Outcome"),
        required=False,
        choices=[("", ALL), *Outcome.choices, (OPEN, _("open"))],
    )
    format = forms.ChoiceField(
        label=_("Format"),
        choices=FileFormat.choices,
        initial=FileFormat.CSV,
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose one.")},
    )
    texts = forms.BooleanField(
        label=_(
            "With what people wrote; phone, card and ID numbers and e-mail addresses in"
            " it are covered"
        ),
        required=False,
    )
    reason = forms.CharField(
        label=_("What is the file for?"),
        error_messages={
            "required": _("Please say what the file is for; it is put on record.")
        },
        widget=forms.TextInput(attrs={"maxlength": LINE, "autocomplete": "off"}),
        help_text=_("It is put on record with your name, the filters and the hash."),
    )

    def __init__(self, *args: Any, of: Table, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.of = of
        attrs = {"class": "form-select"}
        self.fields["table"] = forms.ChoiceField(
            label=_("Table"),
            choices=tables(),
            initial=of.code,
            widget=forms.Select(attrs=attrs),
            error_messages={"invalid_choice": _("There is no such table.")},
        )
        for narrow in Narrow:
            if narrow not in of.narrows:
                del self.fields[narrow]
        if not of.when:
            del self.fields["since"], self.fields["until"]
        if not of.has_texts:
            del self.fields["texts"]

    def narrowing(self) -> list[forms.BoundField]:
        """The fields that choose among the rows, for the page."""
        return [self[narrow] for narrow in Narrow if narrow in self.fields]

    def given(self) -> dict[str, Any]:
        """What the verb takes."""
        given = dict(self.cleaned_data)
        keys = {"channel": "code", "department": "code", "agent": "work_number"}
        narrowed = {}
        for narrow in Narrow:
            wish = given.pop(narrow, None)
            if wish:
                key = keys.get(narrow)
                narrowed[str(narrow.value)] = getattr(wish, key) if key else wish
        return {
            "table": given["table"],
            "as_": given["format"],
            "since": given.get("since"),
            "until": given.get("until"),
            "texts": bool(given.get("texts")),
            "reason": given["reason"],
            "narrowed": narrowed,
        }
