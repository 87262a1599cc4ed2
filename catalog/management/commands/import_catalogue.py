"""Bring rows of the catalogue in from a file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from catalog.exchange.resources import TABLES, Change
from catalog.exchange.sheets import BadFile
from catalog.services import exchange
from staff.models import User


class Command(BaseCommand):
    help = (
        "Bring rows of the catalogue in from a CSV or XLSX file: all of it, or with a"
        " broken line nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--table", choices=sorted(TABLES), default="devices")
        parser.add_argument(
            "--dry-run", action="store_true", help="only say what would change"
        )
        parser.add_argument(
            "--by", metavar="USERNAME", help="whose change this is, for the history"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path, table, at = options["file"], options["table"], timezone.now()
        by = _person(options["by"])
        try:
            content = path.read_bytes()
            if options["dry_run"]:
                report = exchange.examine(table, content, at=at)
            else:
                report = exchange.bring_in(
                    table, content, by=by, at=at, source=path.name
                )
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        except BadFile as error:
            raise CommandError(f"{path}: {error}") from error
        if report.problems:
            for problem in report.problems:
                column = f" {problem.column}:" if problem.column else ""
                self.stderr.write(f"line {problem.line}:{column} {problem.reason}")
            raise CommandError(f"{path}: nothing was imported")
        for change in report.changes:
            self.stdout.write(_told(change))
        verb = "imported" if report.done else "would import"
        self.stdout.write(
            f"{verb}: {report.added} new, {report.changed} changed,"
            f" {report.unchanged} as before"
        )


def _person(username: str | None) -> User | None:
    if username is None:
        return None
    person: User | None = User.objects.active().filter(username=username).first()
    if person is None:
        raise CommandError(f"There is no active person called {username}.")
    return person


def _told(change: Change) -> str:
    cells = ", ".join(
        f"{cell.column} {cell.after}"
        if change.new
        else f"{cell.column} {cell.before} -> {cell.after}"
        for cell in change.cells
    )
    return f"line {change.line}: {change.key}{' (new)' if change.new else ''}: {cells}"
