"""Forms of several doors: they carry values to a verb, and its refusal back.

The rules stand in the verbs.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from inquiries.models import Topic
from staff.models import User


class FilesInput(forms.ClearableFileInput):
    """A file field that takes several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files as a list; what is in them is looked at by the verb."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        given: Sequence[Any] = data if isinstance(data, list | tuple) else [data]
        return [file for file in given if isinstance(file, UploadedFile)]


class TokenField(forms.UUIDField):
    """The client's token of one draft; a broken one counts as none."""

    def clean(self, value: Any) -> Any:
        try:
            return super().clean(value)
        except ValidationError:
            return None


class WritingForm(forms.Form):
    """A text with files, sent once per client token."""

    text = forms.CharField(label=_("Your message"), required=False, strip=False)
    client_token = TokenField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Added here because a form's own attribute `files` holds the uploads.
        self.fields["files"] = FilesField(label=_("Pictures or PDF"), required=False)

    def slots(self) -> dict[str, list[str]]:
        """The messages of every field that can be seen, and "form"."""
        return slots(
            self.errors, *(name for name in self.fields if name != "client_token")
        )

    def refuse(self, error: ValidationError) -> None:
        """Put a verb's refusal beside the fields that it names."""
        if not hasattr(error, "error_dict"):
            self.add_error(None, error)
            return
        for name, errors in error.error_dict.items():
            self.add_error(name if name in self.fields else None, errors)


class AssignForm(forms.Form):
    """Who is to look after an inquiry."""

    to = forms.ModelChoiceField(
        User.objects.answering(),
        error_messages={
            "required": _("Please choose a colleague."),
            "invalid_choice": _("Please choose a colleague from the list."),
        },
    )


class TokenForm(forms.Form):
    """A click that counts once."""

    client_token = TokenField(required=False)


class ReplyForm(WritingForm):
    """An answer, and the topics that it answers."""

    answers = forms.MultipleChoiceField(choices=Topic.choices, required=False)


class TopicForm(forms.Form):
    """One of the six topics."""

    topic = forms.CharField(required=False)


class CheckingForm(TokenForm):
    """What has to be checked, and how the customer gets the answer."""

    surname = forms.CharField(required=False)
    phone = forms.CharField(required=False)
    question = forms.CharField(required=False)
    answer_by = forms.CharField(required=False)


class RevealForm(forms.Form):
    """Why somebody needs a full number."""

    reason = forms.CharField(required=False)


class AttemptForm(TokenForm):
    """Why nobody was reached."""

    obstacle = forms.CharField(required=False)


class OutcomeForm(TokenForm):
    """How the customer got the answer, and which."""

    way = forms.CharField(required=False)
    outcome = forms.CharField(required=False)


class FinishForm(TokenForm):
    """How likely the customer is to rent, and whether they agreed to be written to."""

    intent = forms.CharField(required=False)
    consent = forms.BooleanField(required=False)


def values(form: forms.Form) -> dict[str, Any]:
    """What a form carries, as a verb takes it. Raises ValidationError by field."""
    if not form.is_valid():
        raise ValidationError(form.errors.as_data())
    return form.cleaned_data


def slots(errors: Mapping[str, Iterable[object]], *names: str) -> dict[str, list[str]]:
    """Messages by slot: every named slot, so that a cured one empties; "form" the rest.

    A message for a field without a slot of its own goes to "form".
    """
    found: dict[str, list[str]] = {name: [] for name in (*names, "form")}
    for name, texts in errors.items():
        found[name if name in names else "form"].extend(str(text) for text in texts)
    return found
