"""The list of mistakes stays true: each can still be made, and names its test.

That each test fails is shown by `./shoushi torture --mutations`, which takes minutes.
"""

import re

import pytest

from bench.mutants import MUTANTS, Mutant
from helpdesk.launch.place import ROOT

README = ROOT / "tests" / "sla" / "README.md"


@pytest.mark.parametrize("mutant", MUTANTS, ids=[it.mistake for it in MUTANTS])
def test_each_mistake_can_be_made_and_has_a_test(mutant: Mutant) -> None:
    assert (ROOT / mutant.file).read_text().count(mutant.was) == 1
    assert mutant.was != mutant.now
    file, _, name = mutant.test.partition("::")
    source = (ROOT / "tests" / "sla" / file).read_text()
    assert not name or re.search(rf"^def {name}\(", source, re.MULTILINE)


def test_the_readme_lists_every_mistake_with_its_test() -> None:
    _, _, table = README.read_text().partition("## Mistakes")
    rows = re.findall(r"^\| (.+?) \| `(.+?)` \|$", table, re.MULTILINE)
    assert rows == [(mutant.mistake, mutant.test) for mutant in MUTANTS]
