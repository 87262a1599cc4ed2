"""A database of its own, and the real beat and worker while something is measured."""

import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import psycopg2.extensions
import redis
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.utils import timezone

from helpdesk.launch import parts, prepare, process
from helpdesk.launch.logs import tail
from sla.metrics import Metric
from sla.models import EscalationStep, Heartbeat, PauseRule, PolicyVersion, Target


def say(text: str) -> None:
    """Progress, apart from the result."""
    print(text, file=sys.stderr, flush=True)


@contextmanager
def own_database(name: str) -> Iterator[None]:
    """An empty, migrated database on the server of DATABASE_URL, dropped afterwards.

    Children find it through DATABASE_URL, too.
    """
    params = connection.get_connection_params()
    before = os.environ["DATABASE_URL"]
    name = f"{name}_{os.getpid()}"
    with closing(psycopg2.connect(**params)) as admin, admin.cursor() as cursor:
        admin.autocommit = True
        old_name = connection.settings_dict["NAME"]
        connections.close_all()
        like = f'TEMPLATE "{old_name}"' if is_blank(cursor) else ""
        cursor.execute(f"CREATE DATABASE {name} {like}")
        connection.settings_dict["NAME"] = name
        url = urlsplit(before)
        os.environ["DATABASE_URL"] = urlunsplit(url._replace(path=f"/{name}"))
        try:
            call_command("migrate", verbosity=0)
            prepare.load_data(demo=False)
            yield
        finally:
            connections.close_all()
            connection.settings_dict["NAME"] = old_name
            os.environ["DATABASE_URL"] = before
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def is_blank(cursor: psycopg2.extensions.cursor) -> bool:
    """Whether a database has its tables and nothing in them: a copy saves a migration.

    So has the one that `./shoushi bench` makes.
    """
    cursor.execute("SELECT to_regclass('tickets_ticket') IS NOT NULL")
    if cursor.fetchone() != (True,):
        return False
    cursor.execute(
        "SELECT NOT (EXISTS (SELECT FROM staff_user) OR EXISTS (SELECT FROM"
        " tickets_channel) OR EXISTS (SELECT FROM sla_policy))"
    )
    return bool(cursor.fetchone() == (True,))


@contextmanager
def chain(
    *, beats: int = 1, more: Mapping[str, list[str]] | None = None
) -> Iterator[Path]:
    """Beat and the worker of queue `sla`, as `./shoushi up` runs them; yields logs.

    `more` names further programs that run beside them.
    """
    broker = redis.Redis.from_url(settings.LIVE_REDIS_URL)
    with closing(broker), tempfile.TemporaryDirectory() as folder:
        broker.delete("sla", "unacked", "unacked_index", "unacked_mutex")
        logs = Path(folder)
        commands = {"worker": parts.worker_sla(), **(more or {})}
        commands |= {f"beat{number}": parts.beat() for number in range(beats)}
        started = datetime.now(UTC)
        children = [
            process.spawn(
                command,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
                log=logs / f"{name}.log",
                death_signal=signal.SIGKILL,
            )
            for name, command in commands.items()
        ]
        try:
            try:
                wait_for(
                    lambda: ticked_since(started), seconds=30, what="the first tick"
                )
            except TimeoutError:
                for log in logs.glob("*.log"):
                    say(f"{log.name}:\n{tail(log)}")
                raise
            yield logs
        finally:
            for child in reversed(children):
                process.sweep(child)


def promise(*, seconds: float | None = None, enabled: bool = True) -> None:
    """Publish a version that promises the first reply so soon, or not at all."""
    now = timezone.now()
    in_force = PolicyVersion.objects.effective(at=now)
    old = in_force.filter(policy__code="standard")[0]
    draft = PolicyVersion.objects.create(policy=old.policy, number=old.number + 1)
    copies: dict[int | None, Target | None] = {None: None}
    for target in old.targets.all():
        copies[target.pk] = target
        target.pk, target.version = None, draft
        target._state.adding = True  # noqa: SLF001 - how Django copies a row
        if target.metric == Metric.FIRST_REPLY:
            target.enabled = enabled
            if seconds is not None:
                target.budget = timedelta(seconds=seconds)
        target.save()
    rows: list[EscalationStep | PauseRule] = [*old.ladder.all(), *old.pause_rules.all()]
    for row in rows:
        row.pk, row.version = None, draft
        row._state.adding = True  # noqa: SLF001
        if isinstance(row, EscalationStep):
            row.target = copies[row.target_id]
        row.save()
    draft.published_at = draft.effective_from = now
    draft.save()


def ticked_since(instant: datetime) -> bool:
    """Whether a detector has finished a window that began after an instant."""
    limit = instant + timedelta(seconds=2)
    return Heartbeat.objects.filter(last_tick_at__gt=limit).exists()


def wait_for(question: Callable[[], Any], *, seconds: float, what: str) -> None:
    """Ask again and again until the answer is yes."""
    until = time.monotonic() + seconds
    while not question():
        if time.monotonic() > until:
            raise TimeoutError(f"Waited {seconds:.0f} s for {what}.")
        time.sleep(0.05)
