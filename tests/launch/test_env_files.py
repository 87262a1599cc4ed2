"""Secrets are made once and guarded."""

import stat
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from helpdesk.launch import env_files
from helpdesk.launch.failure import CannotGoOn
from sla.seal import SealKey


def test_secrets_are_made_once_and_for_the_owner_only(tmp_path: Path) -> None:
    env_files.make_secrets(tmp_path, environment={})
    path = tmp_path / "secrets.env"
    first = path.read_text()
    env_files.make_secrets(tmp_path, environment={})
    assert path.read_text() == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    values = env_files.read(path)
    assert len(values["SECRET_KEY"]) >= 50
    Fernet(values["CONTACT_KEYS"])
    SealKey.read(values["EXTRACT_KEY"])


def test_two_installations_share_no_secret(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        env_files.make_secrets(tmp_path / name, environment={})
    a, b = (env_files.read(tmp_path / name / "secrets.env") for name in ("a", "b"))
    assert not set(a.values()) & set(b.values())


def test_secrets_of_the_environment_are_not_written_down(tmp_path: Path) -> None:
    given = {"SECRET_KEY": "s" * 40, "CONTACT_KEYS": "k", "EXTRACT_KEY": "e"}
    env_files.make_secrets(tmp_path, environment=given)
    assert list(tmp_path.iterdir()) == []


def test_no_new_keys_are_made_beside_an_old_database(tmp_path: Path) -> None:
    database = tmp_path / "servers" / "postgres"
    database.mkdir(parents=True)
    (database / "PG_VERSION").write_text("18\n")
    with pytest.raises(CannotGoOn, match="Put the file back from a copy"):
        env_files.make_secrets(tmp_path, environment={})
    assert not (tmp_path / "secrets.env").exists()


def test_an_older_installation_gets_a_key_for_extracts(tmp_path: Path) -> None:
    database = tmp_path / "servers" / "postgres"
    database.mkdir(parents=True)
    (database / "PG_VERSION").write_text("18\n")
    old = {"SECRET_KEY": "s" * 40, "CONTACT_KEYS": "k"}
    env_files.write(tmp_path / "secrets.env", old)
    env_files.make_secrets(tmp_path, environment={})
    values = env_files.read(tmp_path / "secrets.env")
    SealKey.read(values.pop("EXTRACT_KEY"))
    assert values == old


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "runtime.env"
    env_files.write(path, {"A": "1"})

    class Broken(dict[str, str]):
        def items(self) -> Any:
            yield "A", "2"
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        env_files.write(path, Broken())
    assert path.read_text() == "A=1\n"
    assert [p.name for p in tmp_path.iterdir()] == ["runtime.env"]
