"""Load the policy packs that come with the product."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from sla.services import packs
from sla.services.packs import BadPack, Loaded, Pack


class Command(BaseCommand):
    help = "Load the policy packs; running it again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--draft",
            action="store_true",
            help="where a pack differs from the policy, make a draft of the pack",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        for pack in packs.read_packs():
            try:
                outcome = packs.load(pack, at=at)
                self.stdout.write(f"{pack.code}: {outcome}")
                if outcome is Loaded.DIFFERS:
                    self.tell(pack, draft=options["draft"])
            except BadPack as error:
                raise CommandError(str(error)) from error

    def tell(self, pack: Pack, *, draft: bool) -> None:
        """Say what a pack would change, and that it has not."""
        for change in packs.compare(pack):
            self.stdout.write(f"  {change}")
        if draft:
            self.stdout.write(f"{packs.draft(pack)} is a draft that says what it says")
        else:
            self.stdout.write(
                "The version in force stays. With --draft this becomes a draft for"
                " people to check and publish."
            )
