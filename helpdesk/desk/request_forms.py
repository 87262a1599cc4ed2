"""What colleagues fill in about contract, delivery, faults; verbs hold the rules."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.models import DeliveryZone, Device
from helpdesk.forms import PlainForm, ToldGuard, long_text
from inquiries import clauses
from inquiries.models import Clause, Decision

EXPLAINED: Final = "explained"
NOT_ASKED: Final = "not_asked"
UNDERSTOOD: Final = {"": None, "yes": True, "no": False}


class ContractChangeForm(PlainForm):
    """Which clause a customer wants to be different, how, and why (IN-44)."""

    clause = forms.CharField(
        label=_("Clause"), widget=forms.Select(choices=Clause.choices)
    )
    wish = long_text(_("What does the customer wish?"), rows=3)
    reason = long_text(_("Why?"), hint=_("In the customer's own words, if they say."))


class ClausesForm(PlainForm):
    """Each core clause: explained with examples, or not asked (IN-41 to IN-43)."""

    examples = forms.MultipleChoiceField(label=_("Examples"))
    understood = forms.ChoiceField(
        label=_("Has the customer understood?"),
        choices=[
            ("", _("Not said yet")),
            ("yes", _("Yes, all is clear")),
            ("no", _("No, not yet")),
        ],
    )

    def __init__(self, *args: Any, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for clause in clauses.CORE:
            self.fields[f"clause_{clause}"] = forms.CharField(required=False)
        self.cards = clauses.cards(at=at)
        examples = [(e.id, e.text) for card in self.cards for e in card.examples]
        self.fields["examples"].choices = examples  # type: ignore[attr-defined]

    @property
    def slot_names(self) -> list[str]:
        """The radio buttons of all clauses share one slot."""
        return ["clauses", "examples", "understood"]

    def choices(self) -> Iterator[tuple[clauses.Card, str, list[tuple[Any, bool]]]]:
        """Each card with what was chosen for it, and its examples."""
        chosen = set(self["examples"].value() or ())
        for card in self.cards:
            said = self[f"clause_{card.clause}"].value() or ""
            yield card, said, [(e, e.id in chosen) for e in card.examples]

    def clean(self) -> dict[str, Any]:
        """As the verb takes it."""
        given = super().clean() or {}
        said = {clause: given.pop(f"clause_{clause}", "") for clause in clauses.CORE}
        explained = [clause for clause, how in said.items() if how == EXPLAINED]
        own = {
            e.id
            for card in self.cards
            if card.clause in explained
            for e in card.examples
        }
        return {
            "clauses": explained,
            "not_asked": [clause for clause, how in said.items() if how == NOT_ASKED],
            # An example of a card that was ticked away again is not sent.
            "examples": [e for e in given.get("examples", []) if e in own],
            "understood": UNDERSTOOD.get(given.get("understood", "")),
            "client_token": given.get("client_token"),
        }


class UnderstoodForm(forms.Form):
    """What the customer answered when asked whether all is clear (IN-43)."""

    understood = forms.TypedChoiceField(
        choices=[("yes", _("Yes")), ("no", _("No"))], coerce=lambda said: said == "yes"
    )


class FactsForm(PlainForm):
    """The way of delivery, and the devices that are asked about (IN-46 to IN-51)."""

    zone = forms.CharField(label=_("How is it delivered?"))
    devices = forms.MultipleChoiceField(
        label=_("Which devices?"),
        help_text=_("None chosen: the times of standard and special devices are told."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = [(z.code, z.name) for z in DeliveryZone.objects.filter(enabled=True)]
        self.fields["zone"].widget = forms.Select(
            choices=zones,
            attrs={"class": "form-select", "aria-describedby": f"{self.slots}-zone"},
        )
        devices = [(d.code, f"{d.code} {d.name}") for d in Device.objects.for_rent()]
        self.fields["devices"] = forms.MultipleChoiceField(
            label=self.fields["devices"].label,
            help_text=self.fields["devices"].help_text,
            required=False,
            choices=devices,
            widget=forms.SelectMultiple(
                attrs={
                    "class": "form-select",
                    "size": 6,
                    "aria-describedby": f"{self.slots}-devices",
                }
            ),
        )


class DecisionForm(ToldGuard, PlainForm):
    """What contract management says to a wish (IN-45)."""

    decision = forms.CharField(
        label=_("Decision"), widget=forms.Select(choices=Decision.choices)
    )
    text = long_text(
        _("Answer for the customer"), rows=4, hint=_("It is sent as it stands here.")
    )


class RewordForm(ToldGuard, PlainForm):
    """Other words for a decision that has not been told yet."""

    text = long_text(
        _("Answer for the customer"), rows=4, hint=_("It is sent as it stands here.")
    )


class ContactForm(PlainForm):
    """What a technician has agreed with the customer (IN-49)."""

    note = long_text(_("What was agreed?"), hint=_("Only colleagues read it."))


class CheckInForm(PlainForm):
    """Where a technician has arrived (IN-50)."""

    place = forms.CharField(label=_("Where?"))


class FinishForm(PlainForm):
    """How a fault was dealt with, and how long the device was out of use."""

    result = long_text(_("What was done?"), rows=3)
    downtime_hours = forms.DecimalField(
        label=_("Hours out of use"),
        max_digits=6,
        decimal_places=1,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    lease_days = forms.IntegerField(
        label=_("Days of the lease"),
        help_text=_("With it the reduction of the rent is worked out."),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["downtime_hours"].required = True
