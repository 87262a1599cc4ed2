"""Reckon anew why promises were missed, from any day on."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from figures.services import breaches, reckoning
from sla.management.commands.sla_verify import instant


class Command(BaseCommand):
    help = "Reckon anew why promises were missed; what has ended comes out the same."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--since", help="a date, or an instant; else from the first ticket on"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        since = instant(options["since"]) or reckoning.beginning()
        if since is not None and since > at:
            raise CommandError("That day is still to come.")
        count = breaches.reckon(since=since or at, until=at, at=at)
        self.stdout.write(f"{count} missed promise(s) have been explained anew.")
