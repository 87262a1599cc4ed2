"""Is the program whole, and does the database fit it?"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from helpdesk.doctor.finding import Finding, fail, ok, warn
from helpdesk.doctor.house import House, Way

# The last commit in which every step has a file of its own.
LAST_OF_STEPS: Final = "942342e"


def migrations(house: House) -> Iterator[Finding]:
    """Whether database and program are of the same age."""
    executor = MigrationExecutor(connection)
    graph = executor.loader.graph
    missing = [step for step, _ in executor.migration_plan(graph.leaf_nodes())]
    installed = {app for app, _ in executor.loader.disk_migrations}
    unknown = sorted(
        f"{app}.{name}"
        for app, name in executor.loader.applied_migrations
        if app in installed and (app, name) not in executor.loader.disk_migrations
    )
    if between := half_replaced(executor):
        yield fail(
            "migrations",
            f"the database stopped before {between[0]}, a step that is gone",
            repair=f"start commit {LAST_OF_STEPS} once, then {house.manage('migrate')}",
        )
    elif missing:
        first = missing[0]
        yield fail(
            "migrations",
            f"{len(missing)} are not applied, first {first.app_label}.{first.name}",
            repair=house.manage("migrate"),
        )
    elif unknown and not all_replaced(executor, unknown):
        yield warn(
            "migrations",
            f"the database is newer than this program: it has {unknown[-1]}",
            repair="install the version of the program that last ran here",
        )
    else:
        yield ok("migrations", "all are applied")


def all_replaced(executor: MigrationExecutor, names: list[str]) -> bool:
    """Whether those that are gone from the disk were squashed into others."""
    return set(names) <= {name for many in replaced(executor) for name in many}


def half_replaced(executor: MigrationExecutor) -> list[str]:
    """What is missing of squashed migrations that were applied in part.

    Django would take the whole file for gone and everything for applied.
    """
    applied = {f"{app}.{name}" for app, name in executor.loader.applied_migrations}
    begun = [many for many in replaced(executor) if not applied.isdisjoint(many)]
    return [name for many in begun for name in many if name not in applied]


def replaced(executor: MigrationExecutor) -> list[list[str]]:
    """The names that each squashed migration stands for."""
    return [
        [f"{app}.{name}" for app, name in migration.replaces]
        for _, migration in sorted(executor.loader.disk_migrations.items())
        if migration.replaces
    ]


def pages(house: House) -> Iterator[Finding]:
    """Static files and translations, made at the start from their sources."""
    prepare = (
        "docker compose run --rm prepare"
        if house.way is Way.CONTAINERS
        else house.up()
        if house.way is Way.LAUNCHER
        else "python -m helpdesk.launch.parts prepare"
    )
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    stale = [
        source
        for folder in settings.LOCALE_PATHS
        for source in Path(folder).glob("*/LC_MESSAGES/*.po")
        if not source.with_suffix(".mo").exists()
    ]
    if not manifest.is_file():
        yield fail(
            "static files", f"{manifest.parent} has not been filled", repair=prepare
        )
    elif stale:
        yield fail("translations", f"{stale[0]} is not compiled", repair=prepare)
    else:
        yield ok("static files", "collected; translations compiled")
