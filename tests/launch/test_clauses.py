"""Every clause of the policy that is due has a test, and the table says which."""

from pathlib import Path

import pytest

from helpdesk.launch import clauses
from helpdesk.launch.clauses import TABLE, Ledger
from helpdesk.launch.place import ROOT
from sla.clause_book import PROOFS, Book

CLAUSES = """
code = "IN"
name_zh = "咨询"
name_en = "Inquiries"

[[clauses]]
id = "IN-30"
text = "询问场景"
meaning = "The scene is asked first."
mark = "enforced"
how = "Nothing is ranked before."
how_zh = "先问场景。"

[[clauses]]
id = "IN-31"
text = "询问规模"
meaning = "Then the scale."
mark = "evidenced"
how = "It is kept."
how_zh = "留存。"
same_as = "IN-30"

[[clauses]]
id = "IN-32"
text = "培训"
meaning = "Training."
later = "training"
later_zh = "培训"
"""
TESTS = '''
import pytest

@pytest.mark.django_db
@pytest.mark.clause("IN-30", "IN-99", "OB-01")
def test_the_scene_comes_first():
    """..."""

@pytest.mark.parametrize("x", [1])
@pytest.mark.clause("IN-30")
def test_nothing_is_recommended_before(x):
    """..."""
'''


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return Ledger.read()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "sla/clauses").mkdir(parents=True)
    (tmp_path / "sla/clauses/inquiries.toml").write_text(CLAUSES)
    (tmp_path / "docs").mkdir()
    (tmp_path / "tests/desk").mkdir(parents=True)
    (tmp_path / "tests/desk/test_scene.py").write_text(TESTS)
    return tmp_path


@pytest.fixture
def small(checkout: Path) -> Ledger:
    return Ledger.read(checkout)


def test_every_clause_that_is_due_has_a_test(ledger: Ledger) -> None:
    assert ledger.unproven == []
    assert ledger.unknown == []
    assert ledger.kept_early == []
    assert len(ledger.clauses) == 231


def test_the_table_is_the_newest(ledger: Ledger) -> None:
    assert (ROOT / TABLE).read_text(encoding="utf-8") == ledger.table(), (
        "run ./shoushi clauses"
    )
    proofs = ROOT / clauses.FOLDER / PROOFS
    assert proofs.read_text(encoding="utf-8") == ledger.proofs(), (
        "run ./shoushi clauses"
    )


def test_a_clause_without_a_test_and_a_test_without_a_clause_are_found(
    small: Ledger,
) -> None:
    assert small.unproven == ["IN-31"]
    assert small.unknown == ["IN-99"]
    assert small.tests["IN-30"] == [
        "tests/desk/test_scene.py::test_the_scene_comes_first",
        "tests/desk/test_scene.py::test_nothing_is_recommended_before",
    ]


def test_the_table_has_a_line_for_each_clause(small: Ledger) -> None:
    first, second, third = small.table().splitlines()[-3:]
    assert first == (
        "| IN-30 | 询问场景 | The scene is asked first. |"
        " **enforced** Nothing is ranked before. |"
        " `tests/desk/test_scene.py::test_the_scene_comes_first`<br>"
        "`tests/desk/test_scene.py::test_nothing_is_recommended_before` |"
    )
    assert second == (
        "| IN-31 | 询问规模 | Then the scale. | **evidenced** It is kept. As IN-30. | — |"
    )
    assert third == "| IN-32 | 培训 | Training. | not kept yet: training | — |"


def test_the_command_fails_while_a_clause_has_no_test(
    checkout: Path, small: Ledger
) -> None:
    assert clauses.clauses([], root=checkout) == 1
    assert (checkout / TABLE).read_text(encoding="utf-8") == small.table()
    assert Book.read(checkout / clauses.FOLDER).proofs == {
        "IN-30": tuple(small.tests["IN-30"])
    }
