"""Check the history of every ticket against its hashes."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tickets.models import Ticket
from tickets.services import events

CHUNK = 2000


class Command(BaseCommand):
    help = "Check every line of every ticket's history against the chain of hashes."

    def handle(self, *args: Any, **options: Any) -> None:
        tickets = Ticket.objects.prefetch_related("events").order_by("pk")
        count = wrong = 0
        for ticket in tickets.iterator(chunk_size=CHUNK):
            count += 1
            broken = events.broken_links(ticket)
            wrong += bool(broken)
            for place in broken:
                self.stdout.write(f"{ticket.number}: line {place} does not fit")
        if wrong:
            raise CommandError(f"{wrong} of {count} histories contradict their hashes.")
        self.stdout.write(f"{count} histories agree with their hashes.")
