"""Print a new API token."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from staff.models import User
from staff.services import make_api_token, revoke_api_tokens


class Command(BaseCommand):
    help = "Print a new API token that acts as the named person."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", metavar="USER")
        parser.add_argument(
            "--revoke", action="store_true", help="stop the person's other tokens first"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        user = User.objects.active().filter(username=options["username"]).first()
        if user is None:
            raise CommandError(
                f"There is no active person named {options['username']}."
            )
        if options["revoke"]:
            revoke_api_tokens(user, at=now)
        self.stdout.write(make_api_token(user, at=now))
