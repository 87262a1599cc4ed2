"""Load the demo company."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from helpdesk.setup import loading


class Command(BaseCommand):
    help = "Load the demo company; running it again changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        loading.load_basics()
        loading.load_people()
        loading.load_addresses()
        loading.load_stores(at=timezone.now())
        made = loading.load_conversations(now=timezone.now())
        objected = loading.load_demo_objections(now=timezone.now())
        loading.load_orders(at=timezone.now())
        self.stdout.write(f"{made} demo conversations, {objected} demo objections")
