"""The real chain on the test's own database: beat, broker, worker."""

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection

from bench import house


@pytest.fixture
def chain(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Two beats and a worker with two processes, as in production; yields the logs."""
    url = urlsplit(os.environ["DATABASE_URL"])
    path = f"/{connection.settings_dict['NAME']}"
    monkeypatch.setenv("DATABASE_URL", urlunsplit(url._replace(path=path)))
    with house.chain(beats=2) as logs:
        yield logs
