"""What a colleague fills in; the rules stand in the verbs."""

from typing import Any, Final

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from helpdesk.forms import QuestionForm
from tickets.models import Channel, Store

STORE_DESK: Final = "store"


class View(models.TextChoices):
    """Which tickets the list shows."""

    DUE = "due", _("Due next")
    MINE = "mine", _("Mine")
    UNASSIGNED = "unassigned", _("Unassigned")
    CLOSED = "closed", _("Finished")


class Stage(models.TextChoices):
    """Which objections the list shows: all, a part of the way, or one stage of it."""

    OPEN = "open", _("All open")
    APPROVALS = "approvals", _("For my approval")
    INTAKE = "intake", _("Intake")
    RECEIVED = "received", _("To acknowledge")
    ACKNOWLEDGED = "acknowledged", _("To record")
    RECORDED = "recorded", _("To hand over")
    INQUEST = "inquest", _("Investigation")
    WITH_DEPARTMENTS = "departments", _("With departments")
    INVESTIGATED = "investigated", _("To propose")
    AGREEMENT = "agreement", _("Agreement")
    PENDING = "pending", _("Waiting for approval")
    PROPOSED = "proposed", _("With the customer")
    NOT_AGREED = "rejected", _("Not agreed")
    DOING = "doing", _("Carrying out")
    EXECUTING = "executing", _("To carry out")
    EXECUTED = "executed", _("To tell")
    AFTERWARDS = "afterwards", _("Afterwards")
    RETURN_VISIT = "visits", _("Return visits")
    UNDER_REVIEW = "review", _("Under review")
    ENDED = "ended", _("Ended")
    CLOSED = "closed", _("Closed")
    ARCHIVED = "archived", _("Archived")
    WITHDRAWN = "withdrawn", _("Withdrawn")


# The parts of the way, and the stages of each.
PARTS: Final = {
    Stage.INTAKE: (Stage.RECEIVED, Stage.ACKNOWLEDGED, Stage.RECORDED),
    Stage.INQUEST: (Stage.WITH_DEPARTMENTS, Stage.INVESTIGATED),
    Stage.AGREEMENT: (Stage.PENDING, Stage.PROPOSED, Stage.NOT_AGREED),
    Stage.DOING: (Stage.EXECUTING, Stage.EXECUTED),
    Stage.AFTERWARDS: (Stage.RETURN_VISIT, Stage.UNDER_REVIEW),
    Stage.ENDED: (Stage.CLOSED, Stage.ARCHIVED, Stage.WITHDRAWN),
}


class ReceiveForm(QuestionForm):
    """A question of a customer who stands before a colleague (IN-13)."""

    channel = forms.ModelChoiceField(
        Channel.objects.filter(offline=True, takes_inquiries=True),
        to_field_name="code",
        error_messages={
            "required": _("Please say where you are."),
            "invalid_choice": _("Please say where you are."),
        },
    )
    store = forms.ModelChoiceField(
        Store.objects.in_use(),
        to_field_name="code",
        required=False,
        empty_label=_("Choose a store"),
        error_messages={"invalid_choice": _("Please choose a store of the list.")},
    )

    def channels(self) -> list[tuple[Channel, bool]]:
        """The places as tiles, and whether each is chosen."""
        chosen = self["channel"].value()
        found = Channel.objects.filter(offline=True, takes_inquiries=True)
        return [(channel, channel.code == chosen) for channel in found]

    def clean(self) -> dict[str, Any]:
        """At a desk one says at which; on the way there is none."""
        given = super().clean() or self.cleaned_data
        channel = given.get("channel")
        if channel is None or "store" in self.errors:
            return given
        if channel.code != STORE_DESK:
            given["store"] = None
        elif given.get("store") is None and Store.objects.in_use().exists():
            self.add_error("store", _("Please choose a store."))
        return given
