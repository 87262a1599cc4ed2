"""Reckon the hourly figures anew from any day on."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from figures.services import reckoning
from sla.management.commands.sla_verify import instant


class Command(BaseCommand):
    help = "Reckon the hourly figures anew; the numbers come out the same."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--since", help="a date, or an instant; else from the first ticket on"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        since = instant(options["since"]) or reckoning.beginning()
        if since is None:
            self.stdout.write("There is nothing to reckon.")
            return
        if since > at:
            raise CommandError("That day is still to come.")
        days = 0
        for span in reckoning.rebuild(since, at=at):
            days += 1
            self.stdout.write(f"{timezone.localtime(span.since):%Y-%m-%d %H:%M}")
        self.stdout.write(f"The figures of {days} days have been reckoned anew.")
