"""Imports point down, and doors do not know each other."""

import subprocess
import sys
from pathlib import Path


def test_imports_keep_the_contracts_of_pyproject() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [lint, "--no-cache"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
