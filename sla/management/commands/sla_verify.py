"""Recompute every clock from its record, its policy and its calendars."""

import os
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.timezone import get_default_timezone

from sla.services import verification
from sla.services.verification import Scope
from tickets.models import Ticket


class Command(BaseCommand):
    help = "Recompute clocks from their record and check the chain of hashes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--ticket", default="", help="only those of this number")
        parser.add_argument("--since", help="only those that moved since this date")
        parser.add_argument(
            "--jobs", type=int, default=os.cpu_count() or 1, help="processes"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        scope = Scope(_known(options["ticket"]), instant(options["since"]))
        clocks = lines = wrong = 0
        for piece in verification.verify(scope, jobs=options["jobs"]):
            clocks += piece.clocks
            lines += piece.lines
            wrong += len(piece.findings)
            for finding in piece.findings:
                for problem in finding.problems:
                    self.stdout.write(f"{finding.ticket} {finding.clock}: {problem}")
        gone = verification.orphans() if scope.is_everything else []
        for clock_id in gone:
            self.stdout.write(f"clock {clock_id}: it is gone, lines of its record stay")
        if wrong or gone:
            raise CommandError(
                f"{wrong + len(gone)} of {clocks + len(gone)} clocks contradict their"
                " record."
            )
        self.stdout.write(f"{clocks} clocks agree with their record of {lines} lines.")


def _known(number: str) -> str:
    if number and not Ticket.objects.filter(number=number).exists():
        raise CommandError(f"There is no ticket {number}.")
    return number


def instant(text: str | None) -> datetime | None:
    """A date, or an instant; local time unless it says otherwise."""
    if text is None:
        return None
    try:
        found = parse_datetime(text)
        if found is None and (day := parse_date(text)):
            found = datetime.combine(day, datetime.min.time())
    except ValueError:
        found = None
    if found is None:
        raise CommandError(f"{text} is neither a date nor an instant.")
    return found if found.tzinfo else found.replace(tzinfo=get_default_timezone())
