"""The settings hold on a server behind TLS, and refuse to start on nonsense."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(__file__).resolve().parents[2]


def test_the_program_knows_its_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == settings.PRODUCT_VERSION


def manage(*words: str, **changes: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "helpdesk.settings"}
    env.setdefault(
        "SECRET_KEY", "a-key-for-tests-only-that-is-long-enough-0123456789ab"
    )
    env.setdefault("CONTACT_KEYS", "dGVzdHMtb25seS10ZXN0cy1vbmx5LXRlc3RzLW9ubHk=")
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env=env | changes,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_the_deployment_check_has_nothing_to_say_behind_tls() -> None:
    done = manage(
        "check",
        "--deploy",
        "--fail-level",
        "WARNING",
        SITE_URL="https://desk.example.cn",
        SECRET_KEY="Zq8-vN3x_" * 8,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("SECRET_KEY", "short", "SECRET_KEY is missing"),
        ("CONTACT_KEYS", "", "CONTACT_KEYS is not set"),
        ("REDIS_URL", "http://localhost", "REDIS_URL starts with http://"),
        ("METRICS_TOKEN", "too-short", "METRICS_TOKEN is shorter than 16"),
    ],
)
def test_nonsense_in_the_environment_stops_the_start_in_words(
    name: str, value: str, words: str, tmp_path: Path
) -> None:
    done = manage("check", DATA_DIR=str(tmp_path), **{name: value})
    assert done.returncode != 0
    assert words in done.stderr
