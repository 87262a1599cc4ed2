"""docker-compose.yml runs the very programs that ./shoushi up runs."""

import re
import stat
from pathlib import Path
from typing import Any

import pytest
import yaml

from helpdesk.launch import container, env_files, parts, postgres
from helpdesk.launch.place import ROOT
from helpdesk.launch.up import APPLICATION

RUN = ["python", "-m", "helpdesk.launch.parts"]


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    text = (ROOT / "docker-compose.yml").read_text()
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def ours(compose: dict[str, Any]) -> dict[str, list[str]]:
    """The part that each of our services runs."""
    return {
        name: service["command"]
        for name, service in compose["services"].items()
        if service["image"] == "shoushi"
    }


def test_every_service_of_ours_runs_a_known_part(compose: dict[str, Any]) -> None:
    commands = ours(compose)
    assert commands.pop("secrets") == ["python", "-m", "helpdesk.launch.container"]
    for command in commands.values():
        assert command[:-1] == RUN
        assert parts.PARTS[command[-1]]()
    run = [command[-1] for command in commands.values()]
    assert sorted(run) == sorted([*APPLICATION, "beat", "prepare"])


def test_every_service_of_ours_waits_for_what_it_needs(compose: dict[str, Any]) -> None:
    for name in set(ours(compose)) - {"secrets"}:
        needs = compose["services"][name]["depends_on"]
        assert needs["postgres"] == {"condition": "service_healthy"}
        assert needs["redis"] == {"condition": "service_healthy"}
        first = "secrets" if name == "prepare" else "prepare"
        assert needs[first] == {"condition": "service_completed_successfully"}


def test_every_volume_is_declared_and_every_name_is_a_service(
    compose: dict[str, Any],
) -> None:
    for service in compose["services"].values():
        for mount in service.get("volumes", []):
            source = mount.split(":")[0]
            if source.startswith("./"):
                assert (ROOT / source).is_file()
            else:
                assert source in compose["volumes"]
        assert set(service.get("depends_on", {})) <= set(compose["services"])


def test_health_checks_ask_the_workers_by_their_names(compose: dict[str, Any]) -> None:
    for service in ("worker-sla", "worker"):
        command = parts.PARTS[service]()
        name = command[command.index("-n") + 1].replace("%h", "$$HOSTNAME")
        assert f'"{name}"' in compose["services"][service]["healthcheck"]["test"][1]


def test_only_caddy_is_open_to_the_network_and_no_secret_is_written_down(
    compose: dict[str, Any],
) -> None:
    open_ones = [name for name, it in compose["services"].items() if "ports" in it]
    assert open_ones == ["caddy"]
    text = (ROOT / "docker-compose.yml").read_text()
    assert not re.search(r"(PASSWORD|SECRET_KEY|CONTACT_KEYS): *\S*[^/\w\s-]", text)


def test_the_image_holds_every_folder_of_the_program() -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    kept = {line[1:].split("/")[0] for line in ignored if line.startswith("!")}
    apps = {path.parent.name for path in ROOT.glob("*/migrations")}
    assert apps | {"helpdesk", "locale", "static", "templates"} <= kept
    assert kept.isdisjoint({"var", ".git", ".venv", "node_modules", "tests"})


def test_the_first_container_makes_secrets_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "postgres-password"
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("POSTGRES_PASSWORD_FILE", str(file))
    for name in env_files.SECRETS:
        monkeypatch.delenv(name, raising=False)
    assert container.main() == 0
    names = ("secrets.env", "runtime.env", "postgres-password")
    first = {name: (tmp_path / name).read_text() for name in names}
    assert container.main() == 0
    assert {name: (tmp_path / name).read_text() for name in names} == first
    for name in names:
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    runtime = env_files.read(tmp_path / "runtime.env")
    assert f":{file.read_text()}@postgres:5432/shoushi" in runtime["DATABASE_URL"]


def test_the_database_never_quotes_what_people_wrote_in_its_log(
    compose: dict[str, Any],
) -> None:
    command = compose["services"]["postgres"]["command"]
    for name in ("log_min_error_statement", "log_error_verbosity"):
        assert f"--{name}={postgres.SETTINGS[name]}" in command


def test_the_database_is_tuned_like_the_one_that_is_measured(
    compose: dict[str, Any],
) -> None:
    # Addresses, sockets and zones are the image's own business.
    its_own = ("listen", "unix_socket", "timezone", "log_timezone")
    tuned = {
        f"--{name}={value}"
        for name, value in postgres.SETTINGS.items()
        if not name.startswith(its_own)
    }
    assert set(compose["services"]["postgres"]["command"]) == {"postgres", *tuned}
