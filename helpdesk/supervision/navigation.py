"""The pages of supervision, in groups: one row of groups, one of the open group's."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

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


@dataclass(frozen=True)
class Navigation:
    """What one person sees of it, on one page."""

    groups: Sequence[Group]
    open: Group | None

    @classmethod
    def of(cls, user: User, part: str) -> "Navigation":
        seen = []
        for group in GROUPS:
            pages = [page for page in group.pages if page.allowed(user)]
            if pages:
                seen.append(Group(group.label, group.icon, pages))
        return cls(seen, next((it for it in seen if it.holds(part)), None))
