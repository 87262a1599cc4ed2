"""Each part is killed once while customers write: nothing is lost, nothing doubled."""

import subprocess
import sys

import pytest

from helpdesk.launch.place import ROOT


@pytest.mark.chain
def test_killing_each_part_once_loses_nothing_and_doubles_nothing() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "bench.crash", "--seconds", "6"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    for part in ("pool child", "worker", "beat", "valkey", "postgres"):
        assert f"killed: {part}" in result.stdout
    assert "0 lost, 0 missed, 0 doubled" in result.stdout
