"""Places of publication, checks of them, and stores, as people write them."""

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.forms import FilesField, TokenField
from helpdesk.supervision.forms.base import Dressed, dress
from sla.pack_format import BadText
from sla.services import calendar_content
from sla.services.calendar_content import Intervals
from tickets.models import Channel, PlaceKind, Store, StoreDay

FACTS: Final = (
    "code",
    "name_zh",
    "name_en",
    "address",
    "phone",
    "position",
    "follows_holidays",
    "active",
)
LISTED: Final = (PlaceKind.BROCHURE, PlaceKind.WEBSITE_HOME, PlaceKind.WECHAT_MENU)


class PlaceForm(Dressed):
    """Another place where channels are published."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), choices=[(kind, kind.label) for kind in LISTED]
    )
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=80,
        help_text=gettext_lazy("Such as: camera brochure, autumn 2026."),
    )
    channel = forms.ModelChoiceField(
        Channel.objects.all(),
        label=gettext_lazy("Channel that it belongs to"),
        required=False,
        empty_label=gettext_lazy("none"),
    )

    def clean_kind(self) -> PlaceKind:
        return PlaceKind(self.cleaned_data["kind"])


class CheckForm(Dressed):
    """What somebody saw at a place."""

    shows_all = forms.TypedChoiceField(
        label=gettext_lazy("What did you see?"),
        choices=[
            ("yes", gettext_lazy("Every channel of the list stands there")),
            ("no", gettext_lazy("Something is missing or wrong")),
        ],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Please say what you saw.")},
    )
    link = forms.CharField(
        label=gettext_lazy("Link to it"), required=False, max_length=500
    )
    note = forms.CharField(
        label=gettext_lazy("What is missing or wrong"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    client_token = TokenField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Added here because a form's own attribute `files` holds the uploads.
        self.fields["files"] = FilesField(
            label=gettext_lazy("Photo or PDF"), required=False
        )
        dress(self.fields["files"])
        attrs = {"accept": "image/*,application/pdf", "multiple": False}
        self.fields["files"].widget.attrs.update(attrs)


class StoreForm(Dressed):
    """A store with its opening hours."""

    code = forms.SlugField(
        label=gettext_lazy("Code"),
        max_length=30,
        help_text=gettext_lazy("It stands in the address of the poster; it stays."),
    )
    name_zh = forms.CharField(label=gettext_lazy("Chinese name"), max_length=80)
    name_en = forms.CharField(label=gettext_lazy("English name"), max_length=80)
    address = forms.CharField(label=gettext_lazy("Address"), max_length=200)
    phone = forms.CharField(label=gettext_lazy("Phone"), max_length=30, required=False)
    position = forms.IntegerField(
        label=gettext_lazy("Position"), min_value=0, max_value=999, initial=0
    )
    follows_holidays = forms.BooleanField(
        label=gettext_lazy("Other hours on public holidays and adjusted workdays"),
        required=False,
    )
    active = forms.BooleanField(
        label=gettext_lazy("Receives customers"), required=False, initial=True
    )

    def __init__(self, *args: Any, store: Store, **kwargs: Any) -> None:
        kwargs.setdefault("initial", shown(store))
        super().__init__(*args, **kwargs)
        self.store = store
        self.fields["code"].disabled = bool(store.pk)
        for day in StoreDay:
            self.fields[day] = field = forms.CharField(
                label=str(day.label), required=False, max_length=200
            )
            dress(field)

    def facts(self) -> list[forms.BoundField]:
        return [self[name] for name in FACTS[:-2]]

    def hours_fields(self) -> list[forms.BoundField]:
        return [self[day] for day in StoreDay]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        for day in StoreDay:
            try:
                given[day] = calendar_content.read(given.get(day, ""))
            except BadText as error:
                reason = _("“%(text)s” says no hours. Write 09:00-12:00, 14:00-21:00.")
                self.add_error(day, reason % {"text": error})
        return given

    def filled(self) -> Store:
        """The store with what was entered."""
        for name in FACTS:
            setattr(self.store, name, self.cleaned_data[name])
        return self.store

    def hours(self) -> Mapping[str, Intervals]:
        return {day.value: self.cleaned_data[day] for day in StoreDay}

    def refuse(self, error: ValidationError) -> None:
        """Hours as a whole have no field of their own."""
        if hasattr(error, "error_dict"):
            known = {**error.error_dict}
            for reason in known.pop("hours", []):
                self.add_error(None, reason)
            if not known:
                return
            error = ValidationError(known)
        super().refuse(error)


def shown(store: Store) -> dict[str, Any]:
    """A store as its form shows it; a new one begins as open every day."""
    if not store.pk:
        usual = dict.fromkeys(StoreDay.values, "09:00-21:00")
        return {**usual, "active": True, "position": 0}
    hours = {
        row.day: calendar_content.written(tuple((a, b) for a, b in row.intervals))
        for row in store.hours.all()
    }
    return {**{name: getattr(store, name) for name in FACTS}, **hours}
