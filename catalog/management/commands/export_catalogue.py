"""Write rows of the catalogue out to a file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from catalog.exchange.resources import TABLES
from catalog.exchange.sheets import Format
from catalog.services import exchange


class Command(BaseCommand):
    help = "Write a table of the catalogue to a file whose name ends in .csv or .xlsx."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--table", choices=sorted(TABLES), default="devices")

    def handle(self, *args: Any, **options: Any) -> None:
        path, table = options["file"], options["table"]
        try:
            as_ = Format(path.suffix.lower().removeprefix("."))
        except ValueError as error:
            raise CommandError("The file's name ends in .csv or .xlsx.") from error
        try:
            path.write_bytes(exchange.export(table, as_=as_))
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        self.stdout.write(f"{path}: {table}")
