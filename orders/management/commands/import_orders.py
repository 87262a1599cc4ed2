"""Bring facts of orders in from files of other systems."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from orders.services import importing
from orders.services.importing import Change, File, Overtaken, Report
from orders.tables import TABLES


class Command(BaseCommand):
    help = (
        "Bring orders, contracts, payments, invoices and hand-overs in from CSV files"
        " (UTF-8 or GB18030), one a table, named for it: all of them, or with a wrong"
        " cell nothing. A folder stands for the CSV files in it. docs/orders.md"
        " describes the columns."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", type=Path, nargs="+", metavar="FOLDER_OR_FILE")
        parser.add_argument(
            "--dry-run", action="store_true", help="only say what would change"
        )
        parser.add_argument(
            "--by", default="", metavar="WHO", help="who imports, for the record"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        files = [_read(path) for path in _files(options["paths"])]
        if options["dry_run"]:
            report = importing.examine(files)
        else:
            try:
                report = importing.bring_in(
                    files, at=timezone.now(), by=options["by"][:80]
                )
            except Overtaken as error:
                raise CommandError(str(error)) from error
        self._tell(report)

    def _tell(self, report: Report) -> None:
        if report.problems:
            for problem in report.problems:
                line = f", line {problem.line}" if problem.line else ""
                column = f", {problem.column}" if problem.column else ""
                self.stderr.write(f"{problem.file}{line}{column}: {problem.reason}")
            count = len(report.problems)
            raise CommandError(f"nothing was imported; problems: {count}")
        if not report.done:
            for change in report.changes:
                self.stdout.write(_told(change))
        verb = "imported" if report.done else "would import"
        for name in TABLES:
            new, changed, unchanged = report.counted(name)
            if new or changed or unchanged:
                self.stdout.write(
                    f"{verb} {name}: {new} new, {changed} changed,"
                    f" {unchanged} as before"
                )


def _files(paths: list[Path]) -> list[Path]:
    """The files that are meant; a folder stands for its CSV files."""
    found: list[Path] = []
    for path in paths:
        if not path.is_dir():
            found.append(path)
            continue
        inside = sorted(it for it in path.iterdir() if it.suffix.lower() == ".csv")
        if not inside:
            raise CommandError(f"{path}: there is no CSV file in this folder")
        found += inside
    return list(dict.fromkeys(found))


def _read(path: Path) -> File:
    try:
        if path.stat().st_size > importing.MOST_BYTES:
            size = importing.MOST_BYTES >> 20
            raise CommandError(f"{path}: larger than {size} MB")
        return File(path.name, path.read_bytes())
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}") from error


def _told(change: Change) -> str:
    cells = ", ".join(
        f"{name} {_short(after)}"
        if change.new
        else f"{name} {_short(before)} -> {_short(after)}"
        for name, (before, after) in change.cells.items()
        if not change.new or after not in ("", None)
    )
    return f"{change.table} {change.key}{' (new)' if change.new else ''}: {cells}"


def _short(value: Any) -> str:
    text = " ".join(str("" if value is None else value).split())
    return text if len(text) <= 60 else f"{text[:59]}…"  # noqa: PLR2004
