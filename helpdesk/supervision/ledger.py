"""The policy ledger: every clause, what keeps it, and how it stood this month."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Final, Self

from django.db import models
from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from figures.hours import hour_after
from figures.services.promises import Asked, Dimension, allow, standings
from helpdesk.templatetags.promises import limit
from objections.months import Month
from sla.clause_book import Book, Clause, Document, Mark, book, sentence
from sla.models import PolicyVersion, Target
from sla.share import Share
from staff.models import Department, User

SEARCH_MAX: Final = 40


class Kept(models.TextChoices):
    """How a clause is kept, in words."""

    ENFORCED = Mark.ENFORCED.value, gettext_lazy("Enforced")
    TIMED = Mark.TIMED.value, gettext_lazy("Timed")
    EVIDENCED = Mark.EVIDENCED.value, gettext_lazy("Evidenced")
    PUBLISHED = Mark.PUBLISHED.value, gettext_lazy("Published")
    LATER = Mark.LATER.value, gettext_lazy("Not kept yet")


@dataclass(frozen=True)
class Proof:
    """A test that names a clause: what it says, and in which file."""

    name: str

    @property
    def said(self) -> str:
        return sentence(self.name)

    @property
    def file(self) -> str:
        return self.name.partition("::")[0]


@dataclass(frozen=True)
class Row:
    """One clause as the page shows it. `figure` is None where no clock keeps it."""

    clause: Clause
    rules: Sequence[Target]
    figure: Share | None
    tests: Sequence[Proof]
    departments: Sequence[str]

    @property
    def kept(self) -> Kept:
        return Kept(self.clause.mark)

    @property
    def how(self) -> str:
        """What keeps it, or will, in the reader's language."""
        return self.clause.how if get_language() == "en" else self.clause.how_zh

    @property
    def meaning(self) -> str:
        """What it means, where the clause does not say it to this reader."""
        said = self.clause
        return said.meaning if get_language() == "en" else said.meaning_zh

    @property
    def href(self) -> str:
        return address(self.clause.records) if self.clause.records else ""

    @property
    def said(self) -> Iterator[str]:
        """All that a search looks at."""
        it = self.clause
        yield from (it.id, it.text, it.meaning, it.meaning_zh, it.how, it.how_zh)
        yield from (text for rule in self.rules for text in (rule.code, rule.name))


def address(records: str) -> str:
    """Where records are, of `desk:inbox?stage=open` or `desk:callbacks#list`."""
    rest, hash_sign, place = records.partition("#")
    name, question_mark, query = rest.partition("?")
    return f"{reverse(name)}{question_mark}{query}{hash_sign}{place}"


@dataclass(frozen=True)
class Wanted:
    """What the address asks for; nonsense counts as nothing."""

    document: str = ""
    mark: str = ""
    department: str = ""
    words: str = ""

    @classmethod
    def read(cls, query: QueryDict) -> Self:
        codes = {document.code for document in book().documents}
        document, mark = query.get("document", ""), query.get("mark", "")
        return cls(
            document=document if document in codes else "",
            mark=mark if mark in Kept.values else "",
            department=query.get("department", ""),
            words=" ".join(query.get("q", "").replace("\0", "").split())[:SEARCH_MAX],
        )

    def __bool__(self) -> bool:
        return bool(self.asked)

    @property
    def asked(self) -> dict[str, str]:
        """How an address says it."""
        said = {
            "document": self.document,
            "mark": self.mark,
            "department": self.department,
            "q": self.words,
        }
        return {name: value for name, value in said.items() if value}

    @property
    def query(self) -> str:
        return f"?{urlencode(self.asked)}" if self else ""

    def fits(self, row: Row) -> bool:
        clause = row.clause
        return (
            self.document in ("", clause.family)
            and self.mark in ("", clause.mark)
            and (not self.department or self.department in clause.departments)
            and (
                not self.words
                or any(self.words.casefold() in it.casefold() for it in row.said)
            )
        )


@dataclass(frozen=True)
class Section:
    """A document with those of its clauses that are looked for."""

    document: Document
    rows: Sequence[Row]

    @property
    def name(self) -> str:
        return name_of(self.document)


@dataclass(frozen=True)
class Marked:
    """How many clauses of a document, or of all, have a mark."""

    document: str
    mark: str
    number: int

    @property
    def href(self) -> str:
        return Wanted(document=self.document, mark=self.mark).query or "?"


@dataclass(frozen=True)
class Total:
    """The counts of one document, or of all."""

    name: str
    counts: Sequence[Marked]
    all: Marked


def name_of(document: Document) -> str:
    return document.name_en if get_language() == "en" else document.name_zh


@dataclass(frozen=True)
class Sheet:
    """The ledger at one moment."""

    now: datetime
    month: Month
    wanted: Wanted
    versions: Sequence[PolicyVersion]
    rows: Sequence[Row]
    departments: Sequence[Department]

    @classmethod
    def of(cls, user: User, *, wanted: Wanted, at: datetime) -> Self:
        """Four queries, however many clauses, rules and clocks there are.

        Raises NotAllowed for who does not see every ticket.
        """
        allow(user)
        month = Month.of(at)
        versions = in_force(at=at)
        offices = list(Department.objects.order_by("pk"))
        return cls(
            now=at,
            month=month,
            wanted=wanted,
            versions=versions,
            rows=rows_of(
                book(),
                rules=list(rules_of(versions)),
                figures=figures(since=month.starts, at=at),
                names={office.code: office.name for office in offices},
            ),
            departments=[it for it in offices if it.code in departments_named()],
        )

    @cached_property
    def sections(self) -> list[Section]:
        """The documents that have a clause that is looked for."""
        found = [row for row in self.rows if self.wanted.fits(row)]
        sections = [
            Section(it, [row for row in found if row.clause.family == it.code])
            for it in book().documents
        ]
        return [section for section in sections if section.rows]

    @property
    def found(self) -> int:
        return sum(len(section.rows) for section in self.sections)

    @cached_property
    def totals(self) -> list[Total]:
        """How many clauses of each document have each mark."""
        return [total(name_of(it), it.code, it.clauses) for it in book().documents] + [
            total(_("All"), "", book().clauses)
        ]

    @property
    def kept(self) -> int:
        return sum(row.clause.is_kept for row in self.rows)


def total(name: str, document: str, clauses: Sequence[Clause]) -> Total:
    found = Counter(clause.mark for clause in clauses)
    return Total(
        name,
        [Marked(document, str(it.value), found[Mark(it.value)]) for it in Kept],
        Marked(document, "", len(clauses)),
    )


def departments_named() -> frozenset[str]:
    """The codes of the departments that a clause is about."""
    return frozenset(code for clause in book().clauses for code in clause.departments)


def in_force(*, at: datetime) -> list[PolicyVersion]:
    """Of each policy the version that holds."""
    found = (
        PolicyVersion.objects.effective(at=at)
        .order_by("policy_id", "-effective_from", "-number")
        .distinct("policy_id")
        .select_related("policy")
    )
    return list(found)


def rules_of(versions: Sequence[PolicyVersion]) -> Iterable[Target]:
    """What these versions say, with calendar and version."""
    return (
        Target.objects.filter(version__in=versions)
        .select_related("calendar", "version__policy")
        .order_by("version__policy_id", "position", "pk")
    )


def figures(*, since: datetime, at: datetime) -> Mapping[tuple[int, str], Share]:
    """By policy and rule, whichever version promised it; one query."""
    month = Asked(since, hour_after(at))
    by = (Dimension.POLICY, Dimension.RULE)
    return {
        (it.key[0], it.key[1]): it.share
        for it in standings(month, by, percentiles=False)
    }


def rows_of(
    held: Book,
    *,
    rules: Sequence[Target],
    figures: Mapping[tuple[int, str], Share],
    names: Mapping[str, str],
) -> list[Row]:
    """Every clause with the rules that name it, or the clause that it is kept as."""
    by_clause: dict[str, list[Target]] = {}
    for rule in rules:
        for named in rule.clauses:
            by_clause.setdefault(named, []).append(rule)
    rows = []
    for clause in held.clauses:
        own = by_clause.get(clause.id) or by_clause.get(clause.same_as) or []
        timed = clause.mark == Mark.TIMED
        rows.append(
            Row(
                clause=clause,
                rules=own,
                figure=_sum(own, figures) if timed else None,
                tests=[Proof(it) for it in held.proofs.get(clause.id, ())],
                departments=[names.get(it, it) for it in clause.departments],
            )
        )
    return rows


def _sum(rules: Iterable[Target], figures: Mapping[tuple[int, str], Share]) -> Share:
    nothing = Share()
    keys = [(rule.version.policy_id, rule.code) for rule in rules]
    return sum((figures.get(key, nothing) for key in keys), nothing)


def heading() -> list[str]:
    """The first line of the file."""
    return [
        _("Clause"),
        _("Document"),
        _("Words of the clause"),
        _("What it means"),
        _("Mark"),
        _("What keeps it"),
        _("Same as"),
        _("Departments"),
        _("Rules"),
        _("Month"),
        _("Kept in time"),
        _("Fell due"),
        _("Share in %"),
        _("Tests"),
        _("Records"),
        _("Policy version"),
    ]


def lines(sheet: Sheet) -> Iterator[list[Any]]:
    """The clauses that are looked for, as rows of a file."""
    version = "; ".join(f"{it.policy.code} v{it.number}" for it in sheet.versions)
    for section in sheet.sections:
        for row in section.rows:
            clause, figure = row.clause, row.figure
            due = figure is not None and figure.due > 0
            yield [
                clause.id,
                section.name,
                clause.text,
                row.meaning,
                row.kept.label,
                row.how,
                clause.same_as,
                "; ".join(row.departments),
                "; ".join(f"{it.code} ({limit(it)})" for it in row.rules),
                str(sheet.month) if figure is not None else "",
                figure.met if figure is not None and due else "",
                figure.due if figure is not None else "",
                figure.percent if figure is not None and due else "",
                "; ".join(it.name for it in row.tests),
                row.href,
                version,
            ]
