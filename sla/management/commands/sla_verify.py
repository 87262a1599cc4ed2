"""Recompute every clock from its record."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from sla.models import Clock
from sla.services import audit

CHUNK = 2000


class Command(BaseCommand):
    help = "Recompute every clock from its record and check the chain of hashes."

    def handle(self, *args: Any, **options: Any) -> None:
        clocks = (
            Clock.objects.select_related("target", "ticket")
            .prefetch_related("events")
            .order_by("pk")
        )
        count = wrong = 0
        for clock in clocks.iterator(chunk_size=CHUNK):
            count += 1
            found = audit.problems(clock)
            wrong += bool(found)
            for problem in found:
                self.stdout.write(f"{clock.ticket.number} {clock.metric}: {problem}")
        if wrong:
            raise CommandError(f"{wrong} of {count} clocks contradict their record.")
        self.stdout.write(f"{count} clocks agree with their record.")
