"""All checks in the order in which one leans on the other."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from django.db import DatabaseError, InterfaceError, connection
from redis import RedisError

from helpdesk.doctor import (
    keeping,
    mail,
    program,
    promises,
    scanner,
    servers,
    shifts,
    time_keeping,
    web,
    work,
)
from helpdesk.doctor.finding import Finding, Verdict, fail, ok, skip
from helpdesk.doctor.house import House

STATEMENT_LIMIT: Final = "15s"


@dataclass(frozen=True)
class Check:
    """One look at the installation, and the checks that must have gone well before."""

    name: str
    look: Callable[[House], Iterator[Finding]]
    needs: tuple[str, ...] = ()


def house_itself(house: House) -> Iterator[Finding]:
    """Whether it is meant to run at all just now."""
    if house.running:
        who = f" (process {house.launcher})" if house.launcher else ""
        yield ok("house", f"run by {house.way.value}{who}, data in {house.data}")
    else:
        yield fail("house", f"not started; data in {house.data}", repair=house.up())


DATABASE: Final = ("database",)
TABLES: Final = ("database", "migrations")
BOTH: Final = ("database", "migrations", "redis")
CHECKS: Final = (
    Check("house", house_itself),
    Check("secrets", keeping.secrets),
    Check("storage", keeping.storage),
    Check("static files", program.pages),
    Check("database", servers.database),
    Check("redis", servers.broker),
    Check("migrations", program.migrations, DATABASE),
    Check("clocks", time_keeping.clocks, TABLES),
    Check("time zones", time_keeping.zones, TABLES),
    Check("contact keys", keeping.contacts, TABLES),
    Check("policy", promises.policy, TABLES),
    Check("calendars", promises.years, TABLES),
    Check("shifts", shifts.shifts, TABLES),
    Check("detector", work.beat, TABLES),
    Check("workers", work.workers, ("redis",)),
    Check("queues", work.queues, ("redis",)),
    Check("set-aside clocks", promises.set_aside, TABLES),
    Check("outbox", work.outbox, TABLES),
    Check("transactions", servers.upkeep, DATABASE),
    Check("mail", mail.server),
    Check("virus scanner", scanner.clamd, TABLES),
    Check("web", web.web),
)


def examine(house: House) -> Iterator[Finding]:
    """Every finding as soon as it is made; a check that breaks down is one, too."""
    failed: set[str] = set()
    for check in CHECKS:
        for finding in findings(check, house, failed):
            if finding.verdict is Verdict.FAIL:
                failed.add(finding.check)
            yield finding
        if check.name == "database" and "database" not in failed:
            limit_statements()


def findings(check: Check, house: House, failed: set[str]) -> Iterator[Finding]:
    """What one check finds, whatever happens to it."""
    missing = [name for name in check.needs if name in failed]
    if missing:
        failed.add(check.name)
        yield skip(check.name, f"not looked at: see {missing[0]}")
        return
    try:
        yield from check.look(house)
    except (DatabaseError, InterfaceError) as error:
        said = f"the database refused: {servers.first_line(error)}"
        yield fail(check.name, said, repair=house.restart("postgres"))
    except RedisError as error:
        said = f"Redis refused: {servers.first_line(error)}"
        yield fail(check.name, said, repair=house.restart("redis"))
    except Exception as error:  # noqa: BLE001 - the other checks must go on
        said = f"could not be examined: {type(error).__name__}: {error}"
        yield fail(check.name, said, repair="report this line to those who maintain it")


def limit_statements() -> None:
    """A table that somebody has locked shall not hold the doctor up."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('statement_timeout', %s, false)", [STATEMENT_LIMIT]
        )
