"""Give every calendar that follows holidays those of another year."""

from argparse import ArgumentParser
from pathlib import Path
from tomllib import TOMLDecodeError
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from sla.services import calendars, years
from sla.services.years import Year


class Command(BaseCommand):
    help = "Publish calendars with the holidays of a year, from a package or a file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("year", type=int)
        parser.add_argument(
            "--file",
            type=Path,
            help="lines such as: 2027-01-01 to 2027-01-03 元旦; or TOML as delivered",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        number, file = options["year"], options["file"]
        try:
            year = read(file, number) if file else years.packaged_year(number)
            made = calendars.add_year(year, at=timezone.now(), by=None)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except (OSError, UnicodeDecodeError, TOMLDecodeError) as error:
            raise CommandError(f"{file}: {error}") from error
        for version in made:
            self.stdout.write(f"{version}: {number}")
        if not made:
            self.stdout.write(f"Every calendar knows {number} like this already.")


def read(file: Path, number: int) -> Year:
    """The year that a file describes, and no other."""
    if file.suffix != ".toml":
        return years.parse_year(number, file.read_text(encoding="utf-8"))
    try:
        year = years.read_year(file)
    except (KeyError, TypeError, AttributeError) as error:
        raise CommandError(f"{file}: it describes no year ({error})") from error
    if year.year != number:
        raise CommandError(f"{file}: it describes {year.year}")
    return year
