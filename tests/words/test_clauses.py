"""All clauses of the policy are told, and none is said to be kept that is not."""

import re
import tomllib
from typing import Any

import pytest
from django.conf import settings
from django.urls import resolve

from helpdesk.supervision.ledger import Kept, address
from sla.clause_book import Clause, Mark, book, sentence

CLAUSES = book().clauses
NARROW = re.compile(r"[\u4e00-\u9fff][,;:?!]|[,;:?!][\u4e00-\u9fff]")


def data(path: str) -> dict[str, Any]:
    return tomllib.loads((settings.BASE_DIR / path).read_text("utf-8"))


RULES = data("sla/policies/standard.toml")["rules"]
IN_FORCE = {
    clause for rule in RULES if rule.get("enabled", True) for clause in rule["clauses"]
}


def test_every_clause_of_the_five_documents_is_there_without_a_gap() -> None:
    counted = {"IN": 56, "OB": 50, "SH": 30, "CM": 62, "CC": 33}
    assert [document.code for document in book().documents] == list(counted)
    for document in book().documents:
        numbers = range(1, counted[document.code] + 1)
        expected = [f"{document.code}-{number:02d}" for number in numbers]
        assert [clause.id for clause in document.clauses] == expected
    assert len(CLAUSES) == 231


def test_every_clause_says_what_keeps_it_in_both_languages() -> None:
    for clause in CLAUSES:
        assert clause.text, clause.id
        assert clause.meaning.endswith("."), clause.id
        assert clause.how, clause.id
        assert re.search("[\u4e00-\u9fff]", clause.how_zh), clause.id
        assert not NARROW.search(clause.how_zh + clause.meaning_zh), clause.id
    assert set(Kept.values) == {mark.value for mark in Mark}


def test_what_is_kept_has_a_test_and_what_is_not_has_none() -> None:
    assert {it.id for it in CLAUSES if it.is_kept} == set(book().proofs)
    for tests in book().proofs.values():
        for test in tests:
            path, _colons, name = test.partition("::")
            assert f"def {name}(" in (settings.BASE_DIR / path).read_text("utf-8")


def test_what_is_timed_has_a_rule_and_no_rule_names_what_nobody_keeps() -> None:
    timed = [it for it in CLAUSES if it.mark == Mark.TIMED]
    assert [it.id for it in timed if not {it.id, it.same_as} & IN_FORCE] == []
    known = {it.id: it for it in CLAUSES}
    named = [known[clause] for clause in IN_FORCE if clause in known]
    assert [it.id for it in named if not it.is_kept] == []
    ours = {it for it in IN_FORCE if re.match("[A-Z]{2}-", it)}
    assert ours <= set(known)


def test_who_is_kept_as_another_names_one_that_is_kept_by_itself() -> None:
    known = {it.id: it for it in CLAUSES}
    for clause in CLAUSES:
        if clause.same_as:
            assert known[clause.same_as].is_kept, clause.id
            assert not known[clause.same_as].same_as, clause.id


def test_departments_are_those_of_the_company() -> None:
    rows = data("helpdesk/setup/data/basics.toml")["departments"]
    codes = {row["code"] for row in rows}
    for clause in CLAUSES:
        assert set(clause.departments) <= codes, clause.id


def test_the_way_to_the_records_leads_to_a_page() -> None:
    for records in {it.records for it in CLAUSES if it.records}:
        path = address(records).partition("#")[0].partition("?")[0]
        assert resolve(path).view_name == re.split("[?#]", records)[0]


@pytest.mark.parametrize(
    "row",
    [
        {"mark": "sometimes", "how": "x", "how_zh": "x"},
        {"mark": "timed", "how": "x", "how_zh": "x", "colour": "red"},
        {"mark": "timed"},
    ],
)
def test_a_row_that_makes_no_sense_is_refused(row: dict[str, str]) -> None:
    with pytest.raises((TypeError, ValueError)):
        Clause.of({"id": "IN-01", "text": "x", "meaning": "x", **row})


def test_a_test_is_read_as_a_sentence() -> None:
    name = "tests/sla/test_x.py::test_a_late_answer_is_a_breach"
    assert sentence(name) == "A late answer is a breach"
