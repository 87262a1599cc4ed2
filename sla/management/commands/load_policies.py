"""Load the calendars and the policy packs that come with the product."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from sla.services import calendars, packs


class Command(BaseCommand):
    help = "Load the calendars and policy packs; running it again changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        for code in calendars.load(at=at):
            self.stdout.write(f"{code}: created")
        for pack in packs.read_packs():
            outcome = packs.load(pack, at=at)
            if outcome is packs.Loaded.DIFFERS:
                self.stdout.write(
                    f"{pack.code}: the pack differs from the version in force;"
                    " the version in force stays"
                )
            else:
                self.stdout.write(f"{pack.code}: {outcome}")
