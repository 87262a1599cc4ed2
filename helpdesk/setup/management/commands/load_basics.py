"""Load what every installation begins with."""

from typing import Any

from django.core.management.base import BaseCommand

from helpdesk.setup import loading


class Command(BaseCommand):
    help = (
        "Load departments, channels, scripts and the catalogue, and make an"
        " administrator if there is none; running it again changes nothing."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        loading.load_basics()
        if loading.make_first_administrator():
            self.stdout.write("made the first administrator: admin")
