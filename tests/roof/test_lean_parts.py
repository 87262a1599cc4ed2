"""What each part has in memory from the start: nothing that only a job or page needs."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from helpdesk.launch import parts

ROOT = Path(__file__).resolve().parents[2]
STARTED = """
import json, sys
app.loader.init_worker()
app.finalize()
print(json.dumps([sorted(sys.modules), sorted(app.conf.beat_schedule), len(app.tasks)]))
"""
PAGES = """
import json, sys
import helpdesk.asgi
from django.urls import get_resolver
get_resolver().url_patterns
print(json.dumps(sorted(sys.modules)))
"""


def said_by(program: str) -> str:
    """What a program prints in an interpreter of its own."""
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout


@pytest.mark.parametrize(
    ("part", "not_loaded"),
    [
        ("worker-sla", {"fpdf", "fontTools", "openpyxl", "unfold.admin"}),
        ("beat", {"sla", "staff", "numpy", "rest_framework"}),
    ],
)
def test_a_part_of_celery_holds_nothing_that_only_pages_and_files_need(
    part: str, not_loaded: set[str]
) -> None:
    command = parts.PARTS[part]()
    module = command[command.index("-A") + 1]
    modules, schedule, tasks = json.loads(said_by(f"from {module} import app{STARTED}"))
    assert not (not_loaded | {"helpdesk.urls"}) & set(modules)
    assert "sla-window" in schedule
    assert ("helpdesk.tasks" in modules) == (part != "beat")
    assert tasks


def test_the_web_part_loads_no_maker_of_documents_before_one_is_made() -> None:
    loaded = set(json.loads(said_by(PAGES)))
    assert "helpdesk.supervision.views.reports" in loaded
    assert not {"fpdf", "fontTools"} & loaded
