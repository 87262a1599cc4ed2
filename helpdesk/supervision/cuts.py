"""By what promises and cases are told apart on dashboards, and how it is called."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from figures.services.promises import Dimension
from helpdesk.supervision.forms.dashboards import WEEKDAYS
from staff.models import Department, Shift, User
from tickets.models import Channel

WEEK: Final = 7
HOURS: Final = 24
MOST_LINES: Final = 60


@dataclass(frozen=True)
class Step:
    """A day of a trend, or a week of one: how it is called, and its days within it."""

    day: date
    name: str
    since: date
    until: date

    @property
    def wish(self) -> dict[str, str]:
        """What leads to its records."""
        return {"since": f"{self.since}", "until": f"{self.until}"}


@dataclass(frozen=True)
class Steps:
    """A period day by day; beyond two months week by week."""

    since: datetime
    until: datetime

    @property
    def weekly(self) -> bool:
        return (self.until - self.since).days > MOST_LINES

    @property
    def dimension(self) -> Dimension:
        return Dimension.WEEK if self.weekly else Dimension.DAY

    @property
    def title(self) -> str:
        return _("By week") if self.weekly else _("By day")

    @property
    def first(self) -> str:
        """What its column is called."""
        return _("Week from") if self.weekly else _("Day")

    def by(self, at: datetime) -> Iterator[Step]:
        """Those that have begun."""
        first, last = localdate(self.since), localdate(self.until - datetime.resolution)
        length = timedelta(days=WEEK if self.weekly else 1)
        day = first - timedelta(days=first.weekday() if self.weekly else 0)
        while day <= localdate(min(self.until, at) - timedelta(seconds=1)):
            name = f"{day:%Y-%m-%d}" if self.weekly else f"{day:%m-%d}"
            end = min(day + length - timedelta(days=1), last)
            yield Step(day, name, max(day, first), end)
            day += length


@dataclass(frozen=True)
class Cut:
    """By what the promises are told apart, and how its values are called."""

    dimension: Dimension
    field: str
    title: Callable[[], str]
    names: Callable[[], Mapping[Any, tuple[str, str]]]
    nobody: Callable[[], str]

    def wish(self, code: str) -> dict[str, str] | None:
        """What leads to the records of a value; None where no list has just these."""
        if code:
            return {self.field: code}
        return {"nobody": "1"} if self.dimension == Dimension.HOLDER else None


def _channels() -> Mapping[Any, tuple[str, str]]:
    return {it.pk: (it.name, it.code) for it in Channel.objects.all()}


def _departments() -> Mapping[Any, tuple[str, str]]:
    return {it.pk: (it.name, it.code) for it in Department.objects.all()}


def _shifts() -> Mapping[Any, tuple[str, str]]:
    return {it.pk: (f"{it.name} {it.span}", it.code) for it in Shift.objects.active()}


def _people() -> Mapping[Any, tuple[str, str]]:
    return {
        it.pk: (f"{it.display_name} {it.work_number}", it.work_number)
        for it in User.objects.all()
    }


CUTS: Final = (
    Cut(Dimension.CHANNEL, "channel", lambda: _("By channel"), _channels, lambda: "–"),
    Cut(
        Dimension.SHIFT,
        "shift",
        lambda: _("By shift"),
        _shifts,
        lambda: _("outside every shift"),
    ),
    Cut(
        Dimension.HOLDER,
        "holder",
        lambda: _("By colleague"),
        _people,
        lambda: _("nobody had taken it"),
    ),
    Cut(
        Dimension.DEPARTMENT,
        "department",
        lambda: _("By department"),
        _departments,
        lambda: "–",
    ),
)


def weekday_names() -> list[str]:
    """Monday to Sunday, short."""
    return [str(name) for name in WEEKDAYS]
