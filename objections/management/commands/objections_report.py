"""Keep the figures of a month anew, say after causes were found later (OB-10)."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from objections.months import Month
from objections.services import watching


class Command(BaseCommand):
    help = "Make the monthly report on objections; again, it opens nothing twice."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("month", help="such as 2026-11; it must be over")

    def handle(self, *args: Any, month: str, **options: Any) -> None:
        chosen = Month.read(month)
        if chosen is None:
            raise CommandError("A month looks like 2026-11.")
        kept = watching.report(chosen, at=timezone.now())
        if kept is None:
            raise CommandError(f"{chosen} is not over yet.")
        self.stdout.write(f"{kept}: {kept.content['total'][0]} objections")
