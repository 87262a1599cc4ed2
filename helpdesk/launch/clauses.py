"""`./shoushi clauses`: which test proves which clause of the policy.

Tests name what they prove, `@pytest.mark.clause("IN-30", "IN-31")`; the clauses stand
in `sla/clauses/*.toml`. The table is written from both, and so are the proofs that the
policy ledger of the running product shows; a clause without a test is a failure.
"""

import ast
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from helpdesk.launch.place import ROOT
from sla.clause_book import PROOFS, Book, Clause, written

FOLDER: Final = Path("sla/clauses")
TABLE: Final = Path("docs/clauses.md")
HEAD: Final = """\
# The clauses, and the tests that prove them

Written by `./shoushi clauses`; a test refuses a clause without a test, and a table that
is not the newest. A clause that nothing keeps yet says so. The same stands in the
browser, with the month's figures, under **Supervision, Ledger**.

| Clause | What it says | What it means | How it is kept | Proven by |
| --- | --- | --- | --- | --- |
"""


@dataclass(frozen=True)
class Ledger:
    """The clauses, and the tests that name each."""

    clauses: Sequence[Clause]
    tests: Mapping[str, Sequence[str]]

    @classmethod
    def read(cls, root: Path = ROOT) -> "Ledger":
        """Read the clauses and the marks of all tests under a checkout."""
        tests = defaultdict(list)
        for path in sorted(root.glob("tests/**/test_*.py")):
            for clause, name in marks(path.read_text(encoding="utf-8")):
                tests[clause].append(f"{path.relative_to(root)}::{name}")
        return cls(Book.read(root / FOLDER).clauses, dict(tests))

    @property
    def unproven(self) -> list[str]:
        """Clauses that should have a test and have none."""
        return [c.id for c in self.clauses if c.is_kept and c.id not in self.tests]

    @property
    def kept_early(self) -> list[str]:
        """Clauses that a test proves although they are said to come later."""
        return [c.id for c in self.clauses if not c.is_kept and c.id in self.tests]

    @property
    def unknown(self) -> list[str]:
        """What tests claim to prove and is no clause."""
        known = {clause.id for clause in self.clauses}
        families = {clause.family for clause in self.clauses}
        return sorted(
            clause
            for clause in self.tests
            if clause not in known and clause.split("-")[0] in families
        )

    def table(self) -> str:
        """The page."""
        return HEAD + "".join(self._row(clause) for clause in self.clauses)

    def proofs(self) -> str:
        """The same for the running product."""
        return written(
            {c.id: self.tests[c.id] for c in self.clauses if c.id in self.tests}
        )

    def _row(self, clause: Clause) -> str:
        proof = "<br>".join(f"`{name}`" for name in self.tests.get(clause.id, ()))
        kept = f"**{clause.mark}** {clause.how}"
        if clause.same_as:
            kept += f" As {clause.same_as}."
        if not clause.is_kept:
            kept = f"not kept yet: {clause.how}"
        cells = (clause.id, clause.text, clause.meaning, kept, proof or "—")
        return f"| {' | '.join(cells)} |\n"


def marks(source: str) -> Iterator[tuple[str, str]]:
    """Each clause that a module's tests name, with the name of the test."""
    for node in ast.parse(source).body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for mark in node.decorator_list:
            if isinstance(mark, ast.Call) and ast.unparse(mark.func).endswith(
                "mark.clause"
            ):
                yield from (
                    (argument.value, node.name)
                    for argument in mark.args
                    if isinstance(argument, ast.Constant)
                    and isinstance(argument.value, str)
                )


def clauses(args: list[str], *, root: Path = ROOT) -> int:
    """Write the table; the code says whether every clause that is due has a test."""
    ledger = Ledger.read(root)
    (root / TABLE).write_text(ledger.table(), encoding="utf-8")
    (root / FOLDER / PROOFS).write_text(ledger.proofs(), encoding="utf-8")
    print(f"{TABLE}: {len(ledger.clauses)} clauses")
    for words, found in (
        ("without a test", ledger.unproven),
        ("no such clause", ledger.unknown),
        ("said to come later, and has a test", ledger.kept_early),
    ):
        if found:
            print(f"  {words}: {', '.join(found)}", file=sys.stderr)
    return 1 if ledger.unproven or ledger.unknown or ledger.kept_early else 0
