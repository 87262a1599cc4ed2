"""A chart and the table beside it, made of the same lines: what one shows both say."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

from helpdesk.templatetags.display import duration_text

NOTHING: Final = "–"


class Look(StrEnum):
    """How a chart is drawn; the script knows these words."""

    TREND = "trend"
    BARS = "bars"
    PARETO = "pareto"
    HEAT = "heat"
    FUNNEL = "funnel"


class Kind(StrEnum):
    """What the values of a column are."""

    COUNT = "count"
    PERCENT = "percent"
    SECONDS = "seconds"
    MONEY = "money"
    CHANGE = "change"


def in_words(value: float | None, kind: Kind) -> str:
    """A value as the table says it, and the chart beside it."""
    if value is None:
        return NOTHING
    if kind == Kind.PERCENT:
        return f"{value:.1f} %"
    if kind == Kind.SECONDS:
        return f"{value:.1f} s" if value < 60 else duration_text(value)  # noqa: PLR2004
    if kind == Kind.MONEY:
        return f"¥{value:,.2f}"
    if kind == Kind.CHANGE:
        return f"{value:+,}".replace("-", "−") if value else "±0"
    return f"{value:,}"


@dataclass(frozen=True)
class Column:
    """One column of the table; `drawn` as what, or not at all."""

    name: str
    kind: Kind = Kind.COUNT
    drawn: str = ""
    bad: bool = False


@dataclass(frozen=True)
class Cell:
    """One value, and where its records are listed."""

    value: float | None
    text: str
    href: str = ""


@dataclass(frozen=True)
class Line:
    """One mark of the chart, one row of the table."""

    name: str
    cells: Sequence[Cell]
    at: tuple[int, int] | None = None

    @property
    def href(self) -> str:
        """Where the mark leads."""
        return next((cell.href for cell in self.cells if cell.href), "")


@dataclass(frozen=True)
class Chart:
    """Lines with columns, drawn in one way. `nothing` says what would appear."""

    id: str
    title: str
    look: Look
    columns: Sequence[Column]
    lines: Sequence[Line]
    nothing: str
    first: str = ""
    note: str = ""
    axes: tuple[Sequence[str], Sequence[str]] = field(default=((), ()))

    @property
    def data_id(self) -> str:
        """Where the page keeps what the script draws."""
        return f"{self.id}-data"

    @property
    def is_empty(self) -> bool:
        return not any(cell.value for line in self.lines for cell in line.cells)

    @property
    def data(self) -> dict[str, Any]:
        """All that the script draws; texts are made here."""
        drawn = [
            (place, column) for place, column in enumerate(self.columns) if column.drawn
        ]
        return {
            "look": self.look,
            "title": self.title,
            "names": [line.name for line in self.lines],
            "hrefs": [line.href for line in self.lines],
            "axes": self.axes,
            "places": [line.at for line in self.lines],
            "series": [
                {
                    "name": column.name,
                    "kind": column.kind,
                    "drawn": column.drawn,
                    "bad": column.bad,
                    "values": [line.cells[place].value for line in self.lines],
                    "texts": [line.cells[place].text for line in self.lines],
                    "hrefs": [line.cells[place].href for line in self.lines],
                }
                for place, column in drawn
            ],
        }


def line(
    name: str,
    columns: Sequence[Column],
    values: Iterable[Any],
    *,
    hrefs: Sequence[str] = (),
    at: tuple[int, int] | None = None,
) -> Line:
    """A line whose texts follow from its columns; a length of time becomes seconds."""
    cells = []
    for place, (column, value) in enumerate(zip(columns, values, strict=True)):
        number = value / timedelta(seconds=1) if isinstance(value, timedelta) else value
        href = hrefs[place] if place < len(hrefs) and number else ""
        cells.append(Cell(number, in_words(number, column.kind), href))
    return Line(name, cells, at)


def pareto(
    counted: Iterable[tuple[str, int, str]],
    columns: Sequence[Column],
    *,
    shares: Callable[[int, int], float | None],
) -> list[Line]:
    """The most frequent first, each with the share that it and all before it have."""
    found = sorted(counted, key=lambda it: (-it[1], it[0]))
    total = sum(count for _name, count, _href in found)
    lines, so_far = [], 0
    for name, count, href in found:
        so_far += count
        values = [count, shares(count, total), shares(so_far, total)]
        lines.append(line(name, columns, values, hrefs=[href]))
    return lines
