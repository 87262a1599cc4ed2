"""The pages of supervision, in groups: one row of groups, one of the open group's."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Self

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from catalog.services import quarantine
from staff.models import User


def _supervises(user: User) -> bool:
    return user.supervises


def _anybody(_user: User) -> bool:
    return True


def _quarantines(user: User) -> bool:
    return user.supervises or quarantine.may_quarantine(user)


@dataclass(frozen=True)
class Page:
    """One page: its part, its address' name, what it is called, and for whom it is."""

    part: str
    url_name: str
    label: Any
    icon: str
    allowed: Callable[[User], bool] = _supervises

    @property
    def href(self) -> str:
        return reverse(f"supervision:{self.url_name}")


@dataclass(frozen=True)
class Group:
    """Pages that belong together; the group leads to the first of them."""

    label: Any
    icon: str
    pages: Sequence[Page]

    def holds(self, part: str) -> bool:
        return any(page.part == part for page in self.pages)


GROUPS: Final = (
    Group(_("Board"), "gauge", (Page("board", "board", _("Board"), "gauge"),)),
    Group(
        _("Figures"),
        "chart-dots",
        (
            Page("dashboard", "dashboard", _("Dashboards"), "chart-dots"),
            Page("objections", "objections", _("Analysis"), "chart-bar"),
            Page("digests", "digests", _("Digests"), "news"),
            Page("reports", "reports", _("Reports"), "report-analytics"),
            Page("exports", "exports", _("Exports"), "table-export"),
        ),
    ),
    Group(
        _("Prevention"),
        "shield-check",
        (
            Page(
                "prevention",
                "preventions",
                _("Preventive actions"),
                "shield-check",
                _anybody,
            ),
            Page(
                "quarantine",
                "quarantine",
                _("Quarantine"),
                "barrier-block",
                _quarantines,
            ),
        ),
    ),
    Group(
        _("Policy"),
        "scale",
        (
            Page("policy", "policies", _("Rules and versions"), "scale"),
            Page("what_if", "what_if", _("What-if"), "arrows-split-2"),
            Page("goals", "goals", _("Goals"), "target-arrow"),
            Page("ledger", "ledger", _("Ledger"), "checklist"),
            Page("calendars", "calendars", _("Calendars"), "calendar-month"),
        ),
    ),
    Group(
        _("Channels"),
        "speakerphone",
        (Page("channels", "channels", _("Channels"), "speakerphone"),),
    ),
)


class Navigation(NamedTuple):
    """What one person sees of it, on one page; `late` and `due` wait for somebody."""

    part: str
    parts: tuple[str, ...]
    late: int
    due: int

    @classmethod
    def of(cls, user: User, part: str, *, late: int, due: int) -> Self:
        pages = (page for group in GROUPS for page in group.pages)
        parts = tuple(page.part for page in pages if page.allowed(user))
        return cls(part, parts, late, due)

    @property
    def groups(self) -> list[Group]:
        """The groups that have a page for this person."""
        found = []
        for group in GROUPS:
            pages = [page for page in group.pages if page.part in self.parts]
            if pages:
                found.append(Group(group.label, group.icon, pages))
        return found

    @property
    def open(self) -> Group | None:
        """The group of the page."""
        return next((it for it in self.groups if it.holds(self.part)), None)
