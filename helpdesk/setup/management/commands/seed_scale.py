"""Fill an empty house with a made-up year, as many tickets as wanted."""

import os
import time
from argparse import ArgumentParser
from datetime import datetime
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from helpdesk.setup.scale import filling

MOST: Final = 20_000_000
# The policy and the calendars that come with the product begin with 2020.
EARLIEST: Final = 2021


class Command(BaseCommand):
    help = (
        "Fill a house without tickets with a made-up year of so many, for measuring;"
        " the same seed and end give the same rows. What fails leaves nothing behind."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--tickets", type=int, required=True, help="how many in the year"
        )
        parser.add_argument(
            "--seed", type=int, default=7, help="another number, another year"
        )
        parser.add_argument("--until", help="the year's end, with its offset; else now")
        parser.add_argument(
            "--jobs", type=int, default=os.cpu_count() or 1, help="processes to use"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        count = _within(options["tickets"], most=MOST, name="tickets")
        try:
            done = filling.fill(
                count,
                seed=options["seed"],
                until=_end(options["until"], now=timezone.now()),
                jobs=_within(options["jobs"], most=64, name="jobs"),
                say=self.stdout.write,
            )
        except filling.CannotFill as error:
            raise CommandError(str(error)) from error
        except OperationalError as error:
            said = str(error).partition("\n")[0]
            raise CommandError(
                f"The database could not go on ({said}). Nothing was filled."
            ) from error
        filling.tidy()
        for table, rows in done.items():
            self.stdout.write(f"{rows:>12,}  {table}")
        self.stdout.write(f"filled in {time.monotonic() - began:.0f} s")
        self.stdout.write("The figures by the hour come with figures_rebuild.")


def _within(number: int, *, most: int, name: str) -> int:
    if not 1 <= number <= most:
        raise CommandError(f"--{name} is a number from 1 to {most:,}.")
    return number


def _end(text: str | None, *, now: datetime) -> datetime:
    """The instant at which the year ends."""
    if text is None:
        return now
    try:
        until = parse_datetime(text)
    except ValueError:
        until = None
    if until is None:
        raise CommandError(f"{text} is no instant such as 2026-11-30T12:00+08:00.")
    if until.tzinfo is None:
        raise CommandError(f"{text} says no offset; write {text}+08:00.")
    if until > now:
        raise CommandError(f"{text} is still to come.")
    if until.year < EARLIEST:
        raise CommandError(f"{text}: the year {EARLIEST} at the earliest.")
    return until
