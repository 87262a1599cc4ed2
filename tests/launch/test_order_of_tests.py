"""Which process runs which tests: groups stay together, everything else is spread."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from helpdesk.launch.place import ROOT

WHERE = """
import os
import pytest

@pytest.mark.parametrize("number", range(6))
def test_it(number):
    print(os.environ["PYTEST_XDIST_WORKER"])
"""
CHAIN = "import pytest\npytestmark = pytest.mark.chain\n"
FOLDERS = {"e2e": "browser", "chain": "chain"}


def run(folder: Path, *options: str) -> list[str]:
    """What pytest says about the tests of a folder that is none of ours."""
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = chain\n")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-p", "helpdesk.launch.order_of_tests"),
            *("-p", "xdist", "-p", "no:cacheprovider", *options, "tests"),
        ],
        cwd=folder,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "PYTEST_ADDOPTS": "",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()


def write(folder: Path, name: str, text: str) -> None:
    path = folder / "tests" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_a_browser_and_a_chain_belong_to_one_process_each(tmp_path: Path) -> None:
    for name in ("e2e/test_a.py", "e2e/test_b.py", "test_c.py"):
        write(tmp_path, name, WHERE)
    for name in ("chain/test_d.py", "chain/test_f.py"):
        write(tmp_path, name, CHAIN + WHERE)
    lines = run(tmp_path, "-n", "2", "-v")
    ran = [line.split() for line in lines if " PASSED " in line]
    of = {
        folder: [words[0] for words in ran if f"/{folder}/" in words[-1]]
        for folder in FOLDERS
    }
    assert len(ran) == 30
    assert len(of["e2e"]) == len(of["chain"]) == 12
    assert len(set(of["e2e"])) == len(set(of["chain"])) == 1
    assert set(of["e2e"]) != set(of["chain"])


def test_chains_come_first(tmp_path: Path) -> None:
    write(tmp_path, "test_a.py", WHERE.replace('"PYTEST_XDIST_WORKER"', '"PATH"'))
    write(tmp_path, "test_b.py", CHAIN + "def test_it(): pass\n")
    lines = [line for line in run(tmp_path, "-v") if " PASSED " in line]
    assert lines[0].startswith("tests/test_b.py::test_it ")
    assert len(lines) == 7


@pytest.mark.parametrize(("folder", "mark"), FOLDERS.items())
def test_each_test_of_a_group_has_its_mark(folder: str, mark: str) -> None:
    """The folder decides about the process, the mark about what may be left out."""
    found = sorted((ROOT / "tests" / folder).glob("test_*.py"))
    assert found
    for path in found:
        assert f"pytest.mark.{mark}" in path.read_text(encoding="utf-8"), path


def test_no_other_test_asks_for_a_browser() -> None:
    mark = f"pytest.mark.{FOLDERS['e2e']}"
    for path in (ROOT / "tests").glob("*/test_*.py"):
        if path.parent.name != "e2e":
            assert mark not in path.read_text(encoding="utf-8"), path
