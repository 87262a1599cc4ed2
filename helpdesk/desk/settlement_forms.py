"""What colleagues fill in from the proposal to the archive; verbs have the rules."""

import uuid
from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.desk.investigation_forms import CHOOSE, AskForm
from helpdesk.desk.objection_forms import line
from helpdesk.desk.settlement import people_of
from helpdesk.forms import FilesField, PlainForm, long_text, number_in
from objections.models import (
    AnswerChannel,
    ResolutionAction,
)
from staff.models import User

YES_NO: Final = [("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))]
STARS: Final = [(str(n), str(n)) for n in range(1, 6)]


def radio(label: Any, choices: Sequence[Any], *, hint: Any = "") -> forms.CharField:
    """One of a few, all in sight."""
    return forms.CharField(
        label=label,
        help_text=hint,
        widget=forms.RadioSelect(choices=choices, attrs={"class": "form-check-input"}),
    )


def select(form: PlainForm, name: str, choices: Sequence[Any]) -> forms.Select:
    """A list of choices in our look, for a field whose choices are known late."""
    attrs = {"class": "form-select", "aria-describedby": f"{form.slots}-{name}"}
    return forms.Select(choices=choices, attrs=attrs)


class SendBackForm(PlainForm):
    """Why a proposal does not go out as it is."""

    reason = line(
        gettext_lazy("What should be different?"),
        gettext_lazy("Who proposed it reads this; the customer does not."),
    )


class AnswerForm(PlainForm):
    """What the customer said to the proposal, written down for them."""

    proposal = forms.CharField(widget=forms.HiddenInput)
    accepted = radio(
        gettext_lazy("What does the customer say?"),
        [("yes", gettext_lazy("Agrees")), ("no", gettext_lazy("Does not agree"))],
        hint=gettext_lazy("Silence is no answer: leave it open until there is one."),
    )
    channel = forms.CharField(
        label=gettext_lazy("How did the answer come?"),
        widget=forms.Select(
            choices=[
                CHOOSE,
                *(it for it in AnswerChannel.choices if it[0] != AnswerChannel.LINK),
            ]
        ),
    )
    reason = long_text(
        gettext_lazy("In the customer's words"),
        hint=gettext_lazy(
            "Needed where they do not agree: what is not right about it."
        ),
    )

    def __init__(self, *args: Any, number: int | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("proposal", number)

    @property
    def names(self) -> list[str]:
        return ["accepted", "channel", "reason"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        said = given.get("accepted", "")
        if said not in ("yes", "no"):
            self.add_error("accepted", _("Please say what the customer answered."))
        number = given.get("proposal", "")
        return {
            "accepted": said == "yes",
            "channel": given.get("channel", ""),
            "reason": given.get("reason", ""),
            "proposal": number_in(number),
        }


class EscalateForm(PlainForm):
    """Why the next level decides."""

    reason = line(
        gettext_lazy("Why should the next level decide?"),
        gettext_lazy("It becomes a note that colleagues read."),
    )


class EmptyForm(PlainForm):
    """A step that needs no facts; what it does stands beside the button."""


class ExtendForm(PlainForm):
    """Why an investigation takes longer (OB-46)."""

    reason = line(
        gettext_lazy("Why is more time needed?"),
        gettext_lazy("The customer is told the new time, not the reason."),
    )


class TestForm(PlainForm):
    """What a laboratory is to find out about the device."""

    reason = line(
        gettext_lazy("What is the laboratory to find out?"),
        gettext_lazy("It becomes a note; the policy gives the investigation longer."),
    )


class _OfAction(PlainForm):
    """One action of those that are to be carried out."""

    number = forms.CharField(label=gettext_lazy("Which action?"))

    def __init__(
        self, *args: Any, actions: Sequence[ResolutionAction], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(it.number), f"{it.number} · {it.measure}") for it in actions]
        self.fields["number"].widget = select(self, "number", choices)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        number = given.get("number", "")
        return {**given, "number": number_in(number) or 0}


class ExecuteForm(_OfAction):
    """By what it can be seen that an action is done (OB-09)."""

    proof = line(
        gettext_lazy("By what can it be seen?"),
        gettext_lazy("For example the number of the refund, parcel or invoice."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("client_token", uuid.uuid4())
        self.fields["files"] = proof_files(self.slots)


def proof_files(begin: str) -> FilesField:
    """Files that show that something is done.

    Added when a form is made, because its own attribute `files` holds the uploads.
    """
    field = FilesField(
        label=gettext_lazy("Files"),
        help_text=gettext_lazy("Pictures or PDF, for example the receipt; optional."),
        required=False,
    )
    field.widget.attrs |= {
        "class": "form-control",
        "accept": "image/jpeg,image/png,image/webp,image/gif,application/pdf,.pdf",
        "aria-describedby": f"{begin}-files",
    }
    return field


class DoneForm(PlainForm):
    """The same where the action is known: in the departments' list."""

    proof = line(
        gettext_lazy("By what can it be seen?"),
        gettext_lazy("For example the number of the refund, parcel or invoice."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["files"] = proof_files(self.slots)


class AssignActionForm(_OfAction):
    """Who of the department carries an action out."""

    to = forms.CharField(label=gettext_lazy("Who carries it out?"))

    def __init__(
        self, *args: Any, actions: Sequence[ResolutionAction], **kwargs: Any
    ) -> None:
        super().__init__(*args, actions=actions, **kwargs)
        groups = people_of(it.department for it in actions)
        self.people = {str(it.pk): it for _name, found in groups for it in found}
        choices: list[Any] = [CHOOSE]
        for name, found in groups:
            options = [(it.pk, f"{it.display_name} · {it.work_number}") for it in found]
            choices.append((name, options))
        self.fields["to"].widget = select(self, "to", choices)

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        person: User | None = self.people.get(given.get("to", ""))
        if person is None:
            self.add_error("to", _("Please choose a colleague from the list."))
        return {"number": given["number"], "to": person}


class TellForm(AskForm):
    """What came of it, as the customer reads it (CC-14)."""

    text = long_text(
        gettext_lazy("What do you tell the customer?"),
        rows=5,
        hint=gettext_lazy(
            "Say what was done and by what they can see it. On their page they can say"
            " whether it is resolved."
        ),
    )


class VisitForm(PlainForm):
    """What the customer says afterwards, asked by somebody else (CM-28)."""

    attempt = forms.CharField(widget=forms.HiddenInput)
    reached = radio(gettext_lazy("Was the customer reached?"), YES_NO)
    resolved = radio(gettext_lazy("Is it resolved for them?"), YES_NO)
    satisfaction = radio(
        gettext_lazy("Satisfied with the result"),
        STARS,
        hint=gettext_lazy(
            "1: not at all, 5: very; with 2 or less it is taken up again."
        ),
    )
    process_satisfaction = radio(
        gettext_lazy("Satisfied with how it was handled"), STARS
    )
    text = long_text(gettext_lazy("In their words"))

    def __init__(self, *args: Any, number: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("attempt", number)

    @property
    def names(self) -> list[str]:
        return ["reached", "resolved", "satisfaction", "process_satisfaction", "text"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        reached = given.get("reached", "")
        if reached not in ("yes", "no"):
            self.add_error("reached", _("Please say whether you reached them."))
        number = given.get("attempt", "")
        return {
            "reached": reached == "yes",
            "resolved": {"yes": True, "no": False}.get(given.get("resolved", "")),
            "satisfaction": number_in(given.get("satisfaction", "")),
            "process_satisfaction": number_in(given.get("process_satisfaction", "")),
            "text": given.get("text", ""),
            "attempt": number_in(number),
        }


class AppealForm(PlainForm):
    """Why the customer asks for a review, written down for them."""

    reason = long_text(
        gettext_lazy("What should be looked at once more?"),
        rows=3,
        hint=gettext_lazy(
            "In the customer's words. Somebody who has not judged decides."
        ),
    )


class DecideForm(AskForm):
    """What a review came to, and why."""

    granted = radio(
        gettext_lazy("What do you decide?"),
        [
            ("yes", gettext_lazy("Handle it once more")),
            ("no", gettext_lazy("The result stands")),
        ],
        hint=gettext_lazy(
            "Where the result stands, the customer is told the ways outside as well."
        ),
    )
    text = long_text(
        gettext_lazy("What do you tell the customer, and why?"),
        rows=4,
        hint=gettext_lazy("The customer reads it as it stands here."),
    )

    @property
    def names(self) -> list[str]:
        return ["granted", "text"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        granted = given.get("granted", "")
        if granted not in ("yes", "no"):
            self.add_error("granted", _("Please say what is decided."))
        given.pop("client_token", None)
        return {**given, "granted": granted == "yes"}
