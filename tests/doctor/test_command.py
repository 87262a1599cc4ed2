"""The command as an operator calls it: it always answers, and its exit code counts."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from helpdesk.doctor import examination, report
from helpdesk.doctor.finding import Finding, fail, ok, skip, warn
from helpdesk.launch import servers
from helpdesk.launch.place import ROOT

KEYS = {
    "SECRET_KEY": "a-key-for-tests-only-that-is-long-enough-0123456789ab",
    "CONTACT_KEYS": "dGVzdHMtb25seS10ZXN0cy1vbmx5LXRlc3RzLW9ubHk=",
}


def doctor(data: Path, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "helpdesk.launch", "doctor", *words],
        cwd=ROOT,
        env={
            **servers.clean_environment(),
            "DJANGO_SETTINGS_MODULE": "helpdesk.settings",
            "DATA_DIR": str(data),
            **env,
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_folder_that_was_never_started_is_told_to_start(tmp_path: Path) -> None:
    done = doctor(tmp_path)
    assert done.returncode == 1
    assert done.stdout.startswith("fail  house")
    assert "→ ./shoushi up" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_setting_that_is_nonsense_is_named(tmp_path: Path) -> None:
    done = doctor(tmp_path, **KEYS, DATABASE_URL="postgres://x@/x", REDIS_URL="ftp://r")
    assert done.returncode == 1
    assert "fail  settings" in done.stdout
    assert "REDIS_URL starts with ftp://" in done.stdout


def test_with_database_and_redis_away_every_check_still_has_its_line(
    tmp_path: Path,
) -> None:
    done = doctor(
        tmp_path,
        "--json",
        **KEYS,
        DATABASE_URL=f"postgres://shoushi:hush@/x?host={tmp_path}",
        REDIS_URL=f"unix://{tmp_path}/nobody.sock",
        PORT="1",
    )
    assert done.returncode == 1, done.stderr
    said = json.loads(done.stdout)
    assert said["status"] == "fail"
    verdicts = {it["check"]: it["verdict"] for it in said["findings"]}
    assert verdicts["database"] == verdicts["redis"] == verdicts["web"] == "fail"
    assert verdicts["migrations"] == verdicts["detector"] == "skip"
    assert verdicts["storage"] == "ok"
    assert {check.name for check in examination.CHECKS} <= set(verdicts)
    for it in said["findings"]:
        assert bool(it["repair"]) == (it["verdict"] in {"warn", "fail"})
    assert "hush" not in done.stdout


class Out:
    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> None:
        self.text += text

    def flush(self) -> None:
        pass


@pytest.mark.parametrize(
    ("findings", "code", "status", "last"),
    [
        ([ok("a", "fine"), skip("b", "not looked at")], 0, "ok", "All is well."),
        (
            [ok("a", "fine"), warn("b", "full", repair="rm -r x")],
            0,
            "warn",
            "1 to look at; the lines with → say what to do.",
        ),
        (
            [fail("a", "gone", repair="x"), warn("b", "full", repair="rm -r x")],
            1,
            "fail",
            "1 failed, 1 to look at; the lines with → say what to do.",
        ),
    ],
)
def test_only_a_failure_makes_the_exit_code(
    findings: list[Finding], code: int, status: str, last: str
) -> None:
    words: Any = Out()
    assert report.write(findings, out=words, as_json=False) == code
    assert words.text.splitlines()[-1] == last
    facts: Any = Out()
    assert report.write(findings, out=facts, as_json=True) == code
    assert json.loads(facts.text)["status"] == status


def test_a_check_that_breaks_down_does_not_stop_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(house: object) -> Any:
        raise RuntimeError("no idea")

    checks = (
        examination.Check("first", broken),
        examination.Check("second", lambda _: iter([ok("second", "fine")])),
        examination.Check("third", lambda _: iter([ok("third", "-")]), ("first",)),
    )
    monkeypatch.setattr(examination, "CHECKS", checks)
    house: Any = None
    said = list(examination.examine(house))
    assert [(it.check, it.verdict) for it in said] == [
        ("first", "fail"),
        ("second", "ok"),
        ("third", "skip"),
    ]
    assert "RuntimeError: no idea" in said[0].said
