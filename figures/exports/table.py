"""What a table to be taken away is: rows, columns, and what chooses among them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from figures.exports.scrub import scrub, scrub_contacts
from staff.models import User
from tickets.models import Ticket

ZONE: Final = ZoneInfo(settings.TIME_ZONE)
Words = str | Promise
Cell = Callable[[Any], Any]
Rows = Callable[[User], "models.QuerySet[Any]"]


class Group(models.TextChoices):
    """Under which heading a table stands."""

    CASES = "cases", gettext_lazy("Conversations")
    PROMISES = "promises", gettext_lazy("Promises")
    OBJECTIONS = "objections", gettext_lazy("Objections")
    HOUSE = "house", gettext_lazy("The house")


class Narrow(models.TextChoices):
    """By what rows can be chosen, beside the period."""

    CHANNEL = "channel", gettext_lazy("Channel")
    DEPARTMENT = "department", gettext_lazy("Department")
    AGENT = "agent", gettext_lazy("Colleague")
    METRIC = "metric", gettext_lazy("Promise")
    OUTCOME = "outcome", gettext_lazy("Outcome")


# An outcome that a clock without one has.
OPEN: Final = "open"


@dataclass(frozen=True)
class Column:
    """One column: where its value is, what stands above it, how it is said.

    Without a heading it is called as the field is. `{lang}` in the path is the language
    of the file. `text` marks what people wrote: left out unless asked for, and then
    covered as `scrub` does.
    """

    path: str
    heading: Words = ""
    cell: Cell | None = None
    text: bool = False


@dataclass(frozen=True)
class Table:
    """Rows of one kind.

    `rows` is what a person may see of them. `when` is the time by which a period
    chooses, none where all rows are taken. `more` are values that the database reckons,
    as of an instant. `narrows` names the path to each thing to choose by.
    """

    code: str
    group: Group
    name: Words
    about: Words
    rows: Rows
    columns: Sequence[Column]
    when: str = ""
    when_name: Words = ""
    narrows: Mapping[Narrow, str] = field(default_factory=dict)
    more: Callable[[datetime], Mapping[str, Any]] | None = None

    def chosen(self, *, texts: bool) -> list[Column]:
        """The columns of a file, with the texts or without."""
        return [column for column in self.columns if texts or not column.text]

    @property
    def has_texts(self) -> bool:
        return any(column.text for column in self.columns)


def behind(model: type[models.Model], ticket: str) -> Rows:
    """The rows of a model whose ticket a person may see."""

    def rows(user: User) -> "models.QuerySet[Any]":
        every = model._default_manager.all()  # noqa: SLF001 - Django's own
        if user.is_active and user.sees_every_ticket:
            return every  # spares a join with every ticket there ever was
        visible = Ticket.objects.visible_to(user).values("pk")
        return every.filter(**{f"{ticket}__in": visible})

    return rows


def everything(model: type[models.Model]) -> Rows:
    """Rows of the house, which everybody who may export may see."""

    def rows(user: User) -> "models.QuerySet[Any]":
        every = model._default_manager.all()  # noqa: SLF001
        return every if user.is_active else every.none()

    return rows


def named(path: str, heading: Words) -> Column:
    """The name of a row that has one in both languages."""
    return Column(f"{path}__name_{{lang}}", heading)


def words(path: str, heading: Words = "") -> Column:
    """What people wrote."""
    return Column(path, heading, text=True)


def typed(path: str, heading: Words = "") -> Column:
    """A line that people type freely; what it says of how to reach them is covered."""
    return Column(path, heading, _covered)


def code(path: str, heading: Words = "") -> Column:
    """A number of a thing or a paper, typed by people; a phone in it is covered."""
    return Column(path, heading, _no_contact)


def path_of(column: Column) -> str:
    """Where the value is, in the reader's language."""
    return column.path.format(lang="en" if get_language() == "en" else "zh")


def heading_of(table: Table, column: Column) -> str:
    """What stands above a column."""
    if column.heading:
        return str(column.heading)
    found = _field(_model(table), path_of(column))
    return str(capfirst(found.verbose_name)) if found else column.path


def cell_of(table: Table, column: Column) -> Cell | None:
    """How a value is said; None where it stays as it is."""
    if column.text:
        return _covered
    found = _field(_model(table), path_of(column))
    kind = found.get_internal_type() if found else ""
    if column.cell is yes_or_no or kind == "BooleanField":
        return facts()
    if column.cell:
        return column.cell
    return _said(found) if found and found.choices else CELLS.get(kind)


def _model(table: Table) -> type[models.Model]:
    """Of what the rows are; nobody's rows cost no query."""
    return table.rows(User(is_active=False)).model


def _field(model: Any, path: str) -> Any:
    """The field at the end of a path; None for what the database reckons."""
    found = None
    for name in path.split("__"):
        try:
            found = model._meta.get_field(name)  # noqa: SLF001 - Django's own
        except FieldDoesNotExist:
            return None
        model = found.related_model
    return found


# --- How values are said -------------------------------------------------------------


def local(value: datetime | None) -> datetime | None:
    """The time on the company's clocks, in whole seconds, as spreadsheets take it."""
    if value is None:
        return None
    return value.astimezone(ZONE).replace(microsecond=0, tzinfo=None)


def seconds(value: timedelta | None) -> float | None:
    """A length in seconds, to a thousandth."""
    return None if value is None else round(value.total_seconds(), 3)


def yes_or_no(value: bool | None) -> str:  # noqa: FBT001 - a cell's own value
    """A fact in words; nothing where nobody knows."""
    return str(facts()(value))


def facts() -> Cell:
    """The same for many values in one language."""
    said = {True: _("yes"), False: _("no")}
    return lambda value: said.get(value, "")


def joined(value: Sequence[Any] | None) -> str:
    """A list on one line."""
    return "; ".join(str(it) for it in value or ())


def pairs(value: Mapping[str, Any]) -> str:
    """What was chosen, by name, on one line; what was not chosen is left out."""
    return "; ".join(
        f"{name}: {yes_or_no(it) if isinstance(it, bool) else it}"
        for name, it in sorted(value.items())
        if it is not None
    )


def tail(value: str) -> str:
    """The last four digits of a phone, the rest covered."""
    return f"****{value}" if value else ""


def marks(choices: type[models.TextChoices]) -> Cell:
    """The word for a value of a list."""

    def say(value: Any) -> str:
        return str(choices(value).label) if value in choices.values else str(value)

    return say


def _said(found: Any) -> Cell:
    known = {value: str(label) for value, label in found.flatchoices}

    def say(value: Any) -> Any:
        return known.get(value, "" if value is None else value)

    return say


def _covered(value: str | None) -> str:
    return scrub(value or "")


def _no_contact(value: str | None) -> str:
    return scrub_contacts(value or "")


CELLS: Final[Mapping[str, Cell]] = {
    "DateTimeField": local,
    "DurationField": seconds,
    "ArrayField": joined,
    "UUIDField": str,
}
