"""Bring database, static files and translations up to date, in one Django process.

Whatever is up to date already is skipped, so that a second start takes no time. With
`--progress` each step is one line `step<TAB>name<TAB>seconds` for the launcher, and
each warning one line `warn<TAB>what<TAB>what to do`.
"""

import argparse
import hashlib
import io
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
from django.conf import settings
from django.core import checks
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from helpdesk.doctor import program
from helpdesk.launch.translations import compile_translations

ROOT = Path(__file__).resolve().parent.parent.parent
STATIC = ("static/**/*", "helpdesk/*/static/**/*")
SHOWN = ("agent1", "finance", "supervisor", "admin")


def migrate() -> None:
    """Apply the migrations that are not applied yet."""
    executor = MigrationExecutor(connection)
    if missing := program.half_replaced(executor):
        sys.exit(
            f"The database stopped before {missing[0]}, a step that is gone. Start"
            f" commit {program.LAST_OF_STEPS} once, then this version again."
        )
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0, interactive=False)
    else:
        executor.check_replacements()


def collect_static() -> None:
    """Copy and hash the static files if any of their sources has changed."""
    stamp = Path(f"{settings.STATIC_ROOT}.sources")
    sources = static_sources()
    if stamp.is_file() and stamp.read_text() == sources:
        return
    stamp.unlink(missing_ok=True)
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    stamp.write_text(sources)


def static_sources() -> str:
    """A fingerprint of everything that static files are made from."""
    digest = hashlib.sha256()
    for name in ("package-lock.json", "requirements.lock", "helpdesk/packages.py"):
        path = ROOT / name
        digest.update(path.read_bytes() if path.exists() else b"-")
    for path in sorted(p for pattern in STATIC for p in ROOT.glob(pattern)):
        state = path.stat()
        digest.update(f"{path}:{state.st_size}:{state.st_mtime_ns}".encode())
    return digest.hexdigest()


def load_data(*, demo: bool) -> None:
    """Calendars, policies, then demo data or the bare minimum; all may run again."""
    last = "load_demo" if demo else "load_basics"
    for command in ("load_calendars", "load_policies", last):
        call_command(command, verbosity=0, stdout=io.StringIO())


def warnings() -> Iterator[tuple[str, str]]:
    """What the checks of the data say, such as a year without its holidays."""
    found = checks.run_checks(tags=[checks.Tags.database], databases=["default"])
    for message in found:
        yield f"{message.msg} ({message.id})", message.hint or ""


def sign_in_links(base: str, *, demo: bool) -> str:
    """One line `user url` for each account that is worth showing."""
    out = io.StringIO()
    users = SHOWN if demo else SHOWN[-1:]
    call_command("sign_in_link", *users, base=base, stdout=out)
    return out.getvalue()


@contextmanager
def step(name: str, *, shown: bool) -> Iterator[None]:
    """Report a step with its seconds."""
    started = time.monotonic()
    yield
    if shown:
        print(f"step\t{name}\t{time.monotonic() - started:.3f}", flush=True)


def main(args: list[str]) -> int:
    """Do all of it in order."""
    parser = argparse.ArgumentParser(prog="prepare")
    parser.add_argument("--progress", action="store_true")
    parser.add_argument("--links", metavar="BASE", help="also print sign-in links")
    parser.add_argument("--only-migrate", action="store_true")
    parser.add_argument("--only-translations", action="store_true")
    options = parser.parse_args(args)
    demo = os.environ.get("DEMO", "1") not in {"0", "false", "no", "off"}

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")
    with step("program loaded, translations compiled", shown=options.progress):
        compile_translations()
        if options.only_translations:
            return 0
        django.setup()
    with step("database is up to date", shown=options.progress):
        migrate()
    if options.only_migrate:
        return 0
    with step("static files are collected", shown=options.progress):
        collect_static()
    what = "policy and demo data are loaded" if demo else "policy is loaded"
    with step(what, shown=options.progress):
        load_data(demo=demo)
    for what, remedy in warnings():
        if options.progress:
            print(f"warn\t{what}\t{remedy}", flush=True)
        else:
            print(f"{what} {remedy}", file=sys.stderr)
    if options.links:
        for line in sign_in_links(options.links, demo=demo).splitlines():
            user, _, address = line.partition(" ")
            print(f"link\t{user}\t{address.strip()}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
