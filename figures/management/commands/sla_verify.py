"""Recompute every clock from its record, and the figures from the clocks."""

from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from figures.services import proof, reckoning
from sla.management.commands import sla_verify


class Command(sla_verify.Command):
    help = "Recompute clocks from their record, and the hourly figures from the clocks."

    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        if options["ticket"]:
            return
        reckoning.catch_up(at=timezone.now())
        wrong = 0
        since = sla_verify.instant(options["since"])
        for contradiction in proof.contradictions(since=since):
            wrong += 1
            self.stdout.write(contradiction)
        if wrong:
            raise CommandError(
                f"{wrong} figures are not what the clocks say."
                " figures_rebuild reckons them anew."
            )
        self.stdout.write("The figures by the hour agree with the clocks.")
