"""Load the calendars that come with the product."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from sla.services import calendars


class Command(BaseCommand):
    help = (
        "Load calendars with their holidays. What people made of them stays; what the"
        " files say differently is told."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            reports = calendars.load(at=timezone.now())
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        for report in reports:
            self.stdout.write(str(report))
            for line in report.differences:
                self.stdout.write(f"  {line}")
