"""The database and the Redis that everything else needs, ours or the user's own."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from helpdesk.launch import binaries, env_files, place, postgres, valkey
from helpdesk.launch.console import Console
from helpdesk.launch.lock import hold
from helpdesk.launch.signals import Signals
from helpdesk.launch.supervisor import Part, Supervisor

# What one's own environment may say about another installation.
OF_AN_INSTALLATION = (
    *("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "SECRET_KEY_FALLBACKS"),
    *("CONTACT_KEYS", "SITE_URL", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS"),
    *("PORT", "HOST", "DEBUG", "DEMO", "LOG_LEVEL", "METRICS_TOKEN"),
    *("EMAIL_URL", "MAIL_FROM", "EXTRACT_KEY"),
)


@dataclass(frozen=True)
class Wanted:
    """The servers to start, and what programs must know to reach all servers."""

    parts: list[Part]
    runtime: dict[str, str]

    def names(self) -> str:
        """For people."""
        titles = {"postgres": f"PostgreSQL {postgres.VERSION}", "valkey": "Valkey"}
        return " and ".join(titles[part.name] for part in self.parts)


def plan(data: Path, *, env: Mapping[str, str], careless: bool = False) -> Wanted:
    """Built-in servers for those that DATABASE_URL and REDIS_URL do not name."""
    built_in = {"DATABASE_URL": postgres, "REDIS_URL": valkey}
    wanted = {name: it for name, it in built_in.items() if not env.get(name)}
    if not wanted:
        return Wanted([], {})
    here = place.open_place(data)
    programs = binaries.find(user=here.user)
    return Wanted(
        [it.part(here, programs, careless=careless) for it in wanted.values()],
        {name: it.url(here) for name, it in wanted.items()},
    )


def environment(data: Path, *, base: Mapping[str, str]) -> dict[str, str]:
    """What programs are told; addresses and secrets they read from the data folder."""
    return {**base, "DATA_DIR": str(data), "PYTHONUNBUFFERED": "1"}


@contextmanager
def running(
    data: Path,
    *,
    console: Console,
    signals: Signals,
    env: Mapping[str, str],
    says: str,
    careless: bool = False,
) -> Iterator[dict[str, str]]:
    """The servers of a data folder for the time of a block; yields the environment."""
    with hold(data, says=says), Supervisor(console, signals) as supervisor:
        env_files.make_secrets(data, environment=env)
        wanted = plan(data, env=env, careless=careless)
        supervisor.start(wanted.parts)
        env_files.write(data / "runtime.env", wanted.runtime)
        yield environment(data, base=env)


def clean_environment() -> dict[str, str]:
    """Our environment without what belongs to an installation, for tests."""
    return {k: v for k, v in os.environ.items() if k not in OF_AN_INSTALLATION}
