"""What the list of a desk is asked for, as the end of an address says it."""

from dataclasses import dataclass, replace
from typing import Final, Self

from django import forms
from django.utils.translation import gettext_lazy as _

from helpdesk.desk.forms import Stage, View
from helpdesk.forms import any_of
from objections.months import Month
from objections.services.month_facts import Cut
from staff.models import User
from tickets.models import Channel, Kind

# A new question stands after everything that is late: so many may be.
PAGE: Final = 50
MOST_ROWS: Final = 2 * PAGE
SEARCH_MAX: Final = 100
KEY_MAX: Final = 100
PLACE_MAX: Final = 300
LOOK: Final = {"class": "form-select"}


@dataclass(frozen=True)
class Wish:
    """A view or a stage, or words that are looked for; narrowed; and which rows of it.

    `after` is the place behind which the rows begin, `rows` how many there are at most.
    """

    view: View | Stage = View.DUE
    words: str = ""
    channel: Channel | None = None
    kind: str = ""
    holder: User | None = None
    after: str = ""
    rows: int = PAGE

    @property
    def said(self) -> dict[str, str]:
        """How an address names it, from the first row on."""
        narrower = {
            "channel": self.channel.code if self.channel else "",
            "kind": self.kind,
            "holder": self.holder.work_number if self.holder else "",
        }
        return self.whole | {name: value for name, value in narrower.items() if value}

    @property
    def whole(self) -> dict[str, str]:
        """How an address names it without what narrows it."""
        return asked(self.view) | ({"q": self.words} if self.words else {})

    @property
    def narrowed(self) -> str:
        """What narrows it, in the reader's words; "" for nothing."""
        kind = Kind(self.kind).label if self.kind else None
        parts = (self.channel, kind, self.holder)
        return " · ".join(str(part) for part in parts if part is not None)

    @property
    def columns(self) -> dict[str, int | str]:
        """What stands in which column of a ticket of this channel, kind and holder."""
        wanted = {
            "channel": self.channel and self.channel.pk,
            "kind": self.kind,
            "assignee": self.holder and self.holder.pk,
        }
        return {name: it for name, it in wanted.items() if it}

    @property
    def place(self) -> dict[str, str]:
        """How an address names the rows that are shown."""
        rows = {"rows": str(self.rows)} if self.rows != PAGE else {}
        return ({"after": self.after} if self.after else {}) | rows

    @property
    def longer(self) -> Self | None:
        """The same with another page of rows; None where a list is long enough."""
        rows = self.rows + PAGE
        return replace(self, rows=rows) if rows <= MOST_ROWS else None


def asked(view: View | Stage) -> dict[str, str]:
    """How an address names a view."""
    return {"stage" if isinstance(view, Stage) else "view": str(view)}


class ListForm(forms.Form):
    """A wish in the address; nonsense counts as nothing."""

    view = forms.ChoiceField(choices=View.choices, required=False)
    stage = forms.ChoiceField(choices=Stage.choices, required=False)
    q = forms.CharField(max_length=SEARCH_MAX, required=False)
    month = forms.CharField(max_length=7, required=False)
    cut = forms.ChoiceField(choices=Cut.choices, required=False)
    key = forms.CharField(max_length=KEY_MAX, required=False)
    channel = any_of(Channel.objects.all(), _("Channel"), attrs=LOOK)
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[("", _("All")), *Kind.choices],
        required=False,
        widget=forms.Select(attrs=LOOK),
    )
    holder = any_of(
        User.objects.filter(is_active=True),
        _("Held by"),
        by="work_number",
        attrs=LOOK,
    )
    after = forms.CharField(max_length=PLACE_MAX, required=False)
    # Two lengths only: each is a question of its own (`listing._beginning`).
    rows = forms.TypedChoiceField(
        choices=[(it, it) for it in (PAGE, MOST_ROWS)],
        coerce=int,
        required=False,
    )

    def counted(self) -> tuple[Month, Cut, str] | None:
        """The number of a month's analysis whose objections are asked for."""
        self.is_valid()
        month = Month.read(self.cleaned_data.get("month", ""))
        cut = self.cleaned_data.get("cut")
        if month is None or not cut:
            return None
        return month, Cut(cut), self.cleaned_data.get("key", "")

    def wish(self) -> Wish:
        """What is asked for, as far as it can be understood."""
        self.is_valid()
        given = self.cleaned_data
        stage, view = given.get("stage"), given.get("view")
        return Wish(
            view=Stage(stage) if stage else View(view or View.DUE),
            words=given.get("q", ""),
            channel=given.get("channel"),
            kind=given.get("kind", ""),
            holder=given.get("holder"),
            after=given.get("after", ""),
            rows=given.get("rows") or PAGE,
        )
