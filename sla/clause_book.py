"""The clauses of the policy documents, how each is kept, and the tests that prove it.

The words stand in `sla/clauses/*.toml`, one file per document; `./shoushi clauses`
writes `proofs.json` beside them from the marks of the tests, so that a running product
can name its proofs without having the tests.
"""

import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).parent / "clauses"
PROOFS: Final = "proofs.json"
# The product's own two first, then those that fill their gaps.
ORDER: Final = ("IN", "OB", "SH", "CM", "CC")


class Mark(StrEnum):
    """How a clause is kept."""

    ENFORCED = "enforced"
    TIMED = "timed"
    EVIDENCED = "evidenced"
    PUBLISHED = "published"
    LATER = "later"


@dataclass(frozen=True)
class Clause:
    """One clause: its words, what they mean, and what keeps it.

    Of a clause that is kept later, `how` says what will keep it. `same_as` names the
    clause that the same feature keeps, `records` an address of this product by its
    name, with a query or a place on the page.
    """

    id: str
    text: str
    meaning: str
    mark: Mark
    how: str
    how_zh: str
    meaning_zh: str = ""
    same_as: str = ""
    departments: tuple[str, ...] = ()
    records: str = ""

    @property
    def is_kept(self) -> bool:
        return self.mark != Mark.LATER

    @property
    def family(self) -> str:
        """The document: IN of IN-24."""
        return self.id.partition("-")[0]

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "Clause":
        """A row of a file: `mark`, `how` and `how_zh`, or `later` and `later_zh`."""
        said = dict(row)
        if "later" in said:
            said["mark"] = Mark.LATER
            said["how"] = said.pop("later")
            said["how_zh"] = said.pop("later_zh")
        said["mark"] = Mark(said["mark"])
        said["departments"] = tuple(said.get("departments", ()))
        return cls(**said)


@dataclass(frozen=True)
class Document:
    """A document of the policy with its clauses in order."""

    code: str
    name_zh: str
    name_en: str
    clauses: tuple[Clause, ...]


@dataclass(frozen=True)
class Book:
    """All documents, and by clause the tests that name it."""

    documents: tuple[Document, ...]
    proofs: Mapping[str, tuple[str, ...]]

    @cached_property
    def clauses(self) -> tuple[Clause, ...]:
        return tuple(it for document in self.documents for it in document.clauses)

    @classmethod
    def read(cls, folder: Path = FOLDER) -> "Book":
        """What a folder holds; a key that is not known is an error."""
        documents = [_document(path) for path in folder.glob("*.toml")]
        proofs = folder / PROOFS
        found = json.loads(proofs.read_text("utf-8")) if proofs.exists() else {}
        return cls(
            tuple(sorted(documents, key=lambda it: ORDER.index(it.code))),
            {clause: tuple(tests) for clause, tests in found.items()},
        )


def _document(path: Path) -> Document:
    said = tomllib.loads(path.read_text("utf-8"))
    rows = said.pop("clauses")
    return Document(clauses=tuple(Clause.of(row) for row in rows), **said)


@cache
def book() -> Book:
    """The clauses of this product, read once."""
    return Book.read()


def sentence(test: str) -> str:
    """What a test says: `tests/x.py::test_a_late_answer` → A late answer."""
    words = test.rpartition("::")[2].removeprefix("test_").replace("_", " ")
    return words[:1].upper() + words[1:]


def written(proofs: Mapping[str, Iterable[str]]) -> str:
    """The file of proofs."""
    rows = {clause: list(proofs[clause]) for clause in sorted(proofs)}
    return json.dumps(rows, indent=1, ensure_ascii=False) + "\n"
