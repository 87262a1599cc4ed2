"""Print one-time sign-in links."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse
from django.utils import timezone

from staff.models import User
from staff.services import make_sign_in_link


class Command(BaseCommand):
    help = "Print a one-time sign-in link for each named person."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("usernames", nargs="+", metavar="USER")
        parser.add_argument(
            "--base", default=settings.SITE_URL, help="address that people open"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        for username in options["usernames"]:
            user = User.objects.active().filter(username=username).first()
            if user is None:
                raise CommandError(f"There is no active person named {username}.")
            token = make_sign_in_link(user, at=now)
            path = reverse("sign_in_link", args=[token])
            self.stdout.write(f"{username} {options['base'].rstrip('/')}{path}")
