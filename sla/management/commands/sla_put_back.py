"""Let clocks run again that the detector has set aside."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from sla.models import Clock
from sla.services import set_aside
from sla.services.set_aside import CannotPutBack


class Command(BaseCommand):
    help = "Restore clocks that were set aside from their record and let them run."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("numbers", nargs="*", metavar="NUMBER")
        parser.add_argument("--all", action="store_true", help="of every ticket")

    def handle(self, *args: Any, **options: Any) -> None:
        clocks = Clock.objects.set_aside().select_related("ticket").order_by("pk")
        if not options["all"]:
            clocks = clocks.filter(ticket__number__in=options["numbers"])
        refused = 0
        for clock in clocks:
            name = f"{clock.ticket.number} {clock.metric} {clock.subject}".rstrip()
            try:
                faults = set_aside.put_back(clock)
            except CannotPutBack as reason:
                refused += 1
                self.stderr.write(f"{name}: stays aside: {reason}")
                continue
            self.stdout.write(f"{name}: runs again")
            for fault in faults:
                self.stdout.write(f"{name}: its record: {fault}")
        if refused:
            raise CommandError(f"{refused} clocks have no readable record.")
