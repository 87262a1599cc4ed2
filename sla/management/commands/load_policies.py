"""Load the policy packs that come with the product."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from sla.services import packs


class Command(BaseCommand):
    help = "Load the policy packs; running it again changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        for pack in packs.read_packs():
            outcome = packs.load(pack, at=timezone.now())
            if outcome is packs.Loaded.DIFFERS:
                self.stdout.write(
                    f"{pack.code}: the pack differs from the version in force;"
                    " the version in force stays"
                )
            else:
                self.stdout.write(f"{pack.code}: {outcome}")
