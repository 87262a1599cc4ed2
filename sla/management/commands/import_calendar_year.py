"""Give every calendar that follows holidays those of another year."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from sla.services import calendars, years


class Command(BaseCommand):
    help = "Publish calendars with the holidays of a year, from a package or a file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("year", type=int)
        parser.add_argument(
            "--file", type=Path, help="lines such as: 2027-01-01 to 2027-01-03 元旦"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        number, file = options["year"], options["file"]
        try:
            year = (
                years.parse_year(number, file.read_text(encoding="utf-8"))
                if file
                else years.packaged_year(number)
            )
            made = calendars.add_year(year, at=timezone.now(), by=None)
        except (OSError, ValidationError) as error:
            reasons = getattr(error, "messages", [str(error)])
            raise CommandError(" ".join(reasons)) from error
        for version in made:
            self.stdout.write(f"{version}: {number}")
