"""Ladders of escalation, row by row."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.supervision.forms.base import LengthForm, dress, written
from sla.models import (
    Action,
    Audience,
    EscalationStep,
    Unit,
)

MOST_RUNGS: Final = 12


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

    field_order = ("side", "amount", "measure", "calendar", "audience", "action")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"].label = _("How long")

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

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        dress(form.fields["DELETE"])

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
    absolute_max=MOST_RUNGS + 1,
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
