"""Folders for real servers, and parts that are small programs."""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from helpdesk.launch.console import Console
from helpdesk.launch.place import remove_place
from helpdesk.launch.signals import Signals
from helpdesk.launch.supervisor import Part, Supervisor

MakePart = Callable[..., Part]


@pytest.fixture
def data() -> Iterator[Path]:
    """A data folder, removed with what the servers keep outside of it."""
    folder = Path(tempfile.mkdtemp(prefix="shoushi-test-"))
    yield folder
    remove_place(folder)


@pytest.fixture
def signals() -> Iterator[Signals]:
    """Signal handling as the launcher has it, for the time of a test."""
    with Signals() as it:
        yield it


@pytest.fixture
def supervisor(signals: Signals) -> Iterator[Supervisor]:
    """A supervisor that stops its parts at the end of the test."""
    with Supervisor(Console(), signals) as it:
        yield it


@pytest.fixture
def make_part(tmp_path: Path) -> MakePart:
    """Makes a part out of a line of Python."""

    def make(name: str, code: str, **options: object) -> Part:
        return Part(
            name=name,
            command=[sys.executable, "-c", code],
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            log=tmp_path / f"{name}.log",
            **options,  # type: ignore[arg-type]
        )

    return make
