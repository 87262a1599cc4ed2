"""Examine this installation."""

import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from helpdesk.doctor import examination, report
from helpdesk.doctor.house import House


class Command(BaseCommand):
    help = (
        "Examine every part of this installation, change nothing, and print the exact"
        " command or act that repairs each fault. Exit code 1 if anything failed."
    )
    requires_system_checks = []  # noqa: RUF012 - it looks for itself

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        findings = examination.examine(House.of(settings.DATA_DIR))
        code = report.write(findings, out=sys.stdout, as_json=options["json"])
        if code:
            sys.exit(code)
