"""What colleagues fill in while they investigate; the rules stand in the verbs."""

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.desk.investigation import given_by_customer
from helpdesk.desk.objection_forms import CodesField, line
from helpdesk.forms import FilesField, PhrasesField, PlainForm, long_text
from objections.models import Cause, EvidenceKind, LawArticle, Responsibility
from tickets.models import Attachment

CHOOSE = ("", gettext_lazy("Please choose"))


class EvidenceForm(PlainForm):
    """A piece of evidence: words, new files, or a file that is on the case."""

    kind = forms.CharField(label=gettext_lazy("Kind of evidence"))
    source = line(
        gettext_lazy("Source"),
        gettext_lazy("Where it is from, for example: stock-out list of 12 May."),
    )
    text = long_text(
        gettext_lazy("What it says"),
        rows=3,
        hint=gettext_lazy("For a record in words; a file needs none."),
    )
    file = forms.CharField(label=gettext_lazy("A file of this case"))

    def __init__(
        self,
        *args: Any,
        lacking: Sequence[EvidenceKind],
        on_the_case: Sequence[Attachment],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.on_the_case = {str(it.public_id): it for it in on_the_case}
        first = lacking[0].code if lacking else ""
        self.initial.update(kind=first, client_token=uuid.uuid4())
        self._choose("kind", _kinds(lacking))
        if on_the_case:
            self._choose("file", [("", _("None")), *map(_named, on_the_case)])
        else:
            del self.fields["file"]
        # Added here because a form's own attribute `files` holds the uploads.
        field = FilesField(
            label=gettext_lazy("New files"),
            help_text=gettext_lazy("Pictures or PDF; each becomes a piece of its own."),
            required=False,
        )
        field.widget.attrs |= {
            "class": "form-control",
            "accept": "image/jpeg,image/png,image/webp,image/gif,application/pdf,.pdf",
            "aria-describedby": f"{self.slots}-files",
        }
        self.fields["files"] = field

    def _choose(self, name: str, choices: Sequence[Any]) -> None:
        attrs = {"class": "form-select", "aria-describedby": f"{self.slots}-{name}"}
        self.fields[name].widget = forms.Select(choices=choices, attrs=attrs)

    @property
    def names(self) -> list[str]:
        return [
            name
            for name in ("kind", "source", "files", "file", "text")
            if name in self.fields
        ]

    def clean(self) -> dict[str, Any]:
        """As the verb takes it; words beside a file would be lost, so not both."""
        given = super().clean() or self.cleaned_data
        chosen = given.pop("file", "")
        attachment = self.on_the_case.get(chosen)
        if chosen and attachment is None:
            wrong = ValidationError(_("Please choose a file of this case."))
            self.add_error("file", wrong)
        if (attachment or given.get("files")) and given.get("text", "").strip():
            self.add_error(
                "text",
                ValidationError(
                    _("A file or words, one at a time: add the words on their own.")
                ),
            )
        return {**given, "attachment": attachment}


class WaiverForm(PlainForm):
    """Why there is no evidence of a kind."""

    kind = forms.CharField(label=gettext_lazy("Kind of evidence"))
    reason = line(
        gettext_lazy("Why is there none?"),
        gettext_lazy("For example: handed over in the store, so nothing was carried."),
    )

    def __init__(
        self, *args: Any, lacking: Sequence[EvidenceKind], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].widget = forms.Select(
            choices=[CHOOSE, *((it.code, it.name) for it in lacking)],
            attrs={
                "class": "form-select",
                "aria-describedby": f"{self.slots}-kind",
            },
        )


class AskForm(PlainForm):
    """What the customer is asked for; the phrase guard reads it (IN-20)."""

    text = long_text(
        gettext_lazy("What do you need from the customer?"),
        rows=4,
        hint=gettext_lazy(
            "The customer reads it as it stands here. Say what you need and what it is"
            " for; the clocks wait until they answer, but not for ever."
        ),
    )
    confirmed = PhrasesField()
    override_reason = forms.CharField(strip=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("client_token", uuid.uuid4())


class ConcludeForm(PlainForm):
    """What was found, who answers for it, and on what that rests (OB-02, OB-07)."""

    text = long_text(gettext_lazy("What was found?"), rows=5)
    responsibility = forms.CharField(
        label=gettext_lazy("Who answers for it?"),
        widget=forms.Select(choices=[CHOOSE, *Responsibility.choices]),
    )
    cause = forms.CharField(
        label=gettext_lazy("Why did it happen?"),
        widget=forms.Select(choices=[CHOOSE, *Cause.choices]),
    )
    contract_clause = line(
        gettext_lazy("Clause of the contract"),
        gettext_lazy("For example: clause 8.2, normal wear."),
    )
    articles = CodesField(label=gettext_lazy("Articles of law"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = list(LawArticle.objects.all())

    def article_rows(self) -> list[tuple[LawArticle, bool]]:
        """Each article, and whether it is chosen."""
        chosen = set(self["articles"].value() or ())
        return [(it, it.code in chosen) for it in self.known]


def _kinds(lacking: Sequence[EvidenceKind]) -> list[Any]:
    """What is missing stands first."""
    codes = {it.code for it in lacking}
    others = [it for it in EvidenceKind.objects.all() if it.code not in codes]
    groups: list[Any] = [CHOOSE]
    if lacking:
        missing = [(it.code, it.name) for it in lacking]
        groups.append((_("Still missing"), missing))
    groups.append((_("Other kinds"), [(it.code, it.name) for it in others]))
    return groups


def _named(file: Attachment) -> tuple[str, str]:
    """A file in words: its name, and whether the customer gave it."""
    name = file.name
    if given_by_customer(file):
        name = _("%(file)s (from the customer)") % {"file": name}
    return str(file.public_id), name
