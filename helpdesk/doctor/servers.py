"""Database and Redis: do they answer, and are they what the product needs?"""

import time
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

import psycopg2
import redis
from django.conf import settings
from django.db import connection

from helpdesk import vitals
from helpdesk.doctor.finding import Finding, fail, ok, warn
from helpdesk.doctor.house import House, Way

OLDEST_POSTGRESQL: Final = 15
SLOW_MS: Final = 20
LONG: Final = timedelta(minutes=1)
TOO_LONG: Final = timedelta(minutes=15)
DEAD_ROWS: Final = 100_000
UPKEEP_SQL: Final = """
SELECT relname, n_dead_tup, n_live_tup, current_setting('autovacuum')
  FROM pg_stat_user_tables
 WHERE relname IN ('sla_clock', 'sla_clockevent', 'sla_notification', 'tickets_ticket')
 ORDER BY n_dead_tup DESC
 LIMIT 1
"""


def database(house: House) -> Iterator[Finding]:
    """Reachable, new enough, near enough."""
    params = {**connection.get_connection_params(), "connect_timeout": 5}
    params.pop("cursor_factory", None)
    try:
        with closing(psycopg2.connect(**params)) as probe, probe.cursor() as cursor:
            version = probe.server_version // 10_000
            began = time.perf_counter()
            cursor.execute("SELECT current_setting('server_version')")
            (name,) = cursor.fetchone()
            taken_ms = (time.perf_counter() - began) * 1000
    except psycopg2.OperationalError as error:
        yield fail("database", first_line(error), repair=start_database(house))
        return
    said = f"PostgreSQL {name} answers in {taken_ms:.1f} ms"
    if version < OLDEST_POSTGRESQL:
        yield fail(
            "database",
            f"{said}; the product needs {OLDEST_POSTGRESQL} or newer",
            repair="pg_dump it, install a newer PostgreSQL, restore there, and set"
            " DATABASE_URL",
        )
    elif taken_ms > SLOW_MS:
        yield warn(
            "database",
            f"{said}, which slows every page and every deadline",
            repair="move the database next to the program: same machine or same rack",
        )
    else:
        yield ok("database", said)


def start_database(house: House) -> str:
    """How to get the database back."""
    host = connection.settings_dict["HOST"] or "localhost"
    port = connection.settings_dict["PORT"] or 5432
    if house.way is Way.CONTAINERS:
        return "docker compose up -d postgres; docker compose logs postgres"
    if house.way is Way.LAUNCHER and str(house.data) in str(host):
        return house.restart("postgres")
    return (
        f"start PostgreSQL there (pg_isready -h {host} -p {port} shows whether it"
        " runs), or set DATABASE_URL to where it is"
    )


def broker(house: House) -> Iterator[Finding]:
    """Redis, which carries the ticks and the live notices."""
    client = redis.Redis.from_url(
        settings.LIVE_REDIS_URL, socket_connect_timeout=3, socket_timeout=3
    )
    try:
        with client:
            began = time.perf_counter()
            client.ping()
            taken_ms = (time.perf_counter() - began) * 1000
            facts = client.info("server") | client.info("memory")
            policy = facts.get("maxmemory_policy", "noeviction")
    except redis.RedisError as error:
        url = urlsplit(settings.LIVE_REDIS_URL)
        where = url.path if url.scheme == "unix" else f"{url.hostname}:{url.port}"
        repair = (
            "docker compose up -d redis; docker compose logs redis"
            if house.way is Way.CONTAINERS
            else house.restart("valkey")
            if house.way is Way.LAUNCHER and str(house.data) in where
            else f"start Redis at {where}, or set REDIS_URL to where it is"
        )
        yield fail("redis", first_line(error), repair=repair)
        return
    name = "Valkey" if "valkey_version" in facts else "Redis"
    version = facts.get("valkey_version") or facts["redis_version"]
    said = f"{name} {version} answers in {taken_ms:.1f} ms"
    if facts.get("maxmemory") and policy != "noeviction":
        yield warn(
            "redis",
            f"{said}; it throws jobs away when its memory is full ({policy})",
            repair="redis-cli CONFIG SET maxmemory-policy noeviction",
        )
    else:
        yield ok("redis", said)


def upkeep(house: House) -> Iterator[Finding]:
    """Whether old transactions or a sleeping autovacuum let dead rows pile up."""
    oldest = vitals.oldest_transaction()
    if oldest is None or oldest.age < LONG:
        age = f"{oldest.age.total_seconds():.1f} s" if oldest else "none is open"
        yield ok("transactions", f"the oldest: {age}")
    else:
        minutes = oldest.age / timedelta(minutes=1)
        what = (
            f"ROLLBACK PREPARED '{oldest.program}'"
            if oldest.pid is None
            else f"SELECT pg_terminate_backend({oldest.pid})"
        )
        verdict = fail if oldest.age > TOO_LONG else warn
        yield verdict(
            "transactions",
            f"one of {oldest.program or 'an unnamed program'} has been open for"
            f" {minutes:.0f} min ({oldest.state}); dead rows pile up behind it",
            repair=house.sql(what),
        )
    with connection.cursor() as cursor:
        cursor.execute(UPKEEP_SQL)
        row = cursor.fetchone()
    if row is None:
        return
    table, dead, live, autovacuum = row
    said = f"{dead:,} dead rows in {table}, the most of all"
    if autovacuum != "on":
        yield fail(
            "upkeep",
            f"autovacuum is off; {said}",
            repair=f"{house.sql('ALTER SYSTEM SET autovacuum = on')} && "
            f"{house.sql('SELECT pg_reload_conf()')}",
        )
    elif dead > DEAD_ROWS and dead > live // 2:
        yield warn(
            "upkeep",
            said,
            repair=house.sql(f"VACUUM (ANALYZE) {table}"),
        )
    else:
        yield ok("upkeep", f"autovacuum is on; {said}")


def first_line(error: Exception) -> str:
    """What went wrong, without what follows."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
