"""Write the sealed evidence of a month, or check one that was written before."""

import re
from argparse import ArgumentParser
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from sla.seal import BadSeal, Sealed, SealKey, pack, seal
from sla.services import evidence, extracts
from sla.services.extracts import Period

MOST_SHOWN = 20


class Command(BaseCommand):
    help = "Write a month's clocks, signed, or check such an extract (--check)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("month", nargs="?", help="such as 2026-11")
        parser.add_argument("--out", default=".", help="folder for the archive")
        parser.add_argument("--check", metavar="FILE", help="an archive, or a folder")
        parser.add_argument(
            "--key", default="", help="the public key that must have signed it"
        )
        parser.add_argument(
            "--compare",
            action="store_true",
            help="with --check: also ask the database whether its records still agree",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check"]:
            self._check(Path(options["check"]), options["key"], options["compare"])
        elif options["month"]:
            period = _period(options["month"], at=timezone.now())
            self._write(period, Path(options["out"]))
        else:
            raise CommandError("Name a month, such as 2026-11, or --check FILE.")

    def _write(self, period: Period, out: Path) -> None:
        key = _own_key()
        if waiting := extracts.pauses_to_end(period):
            raise CommandError(
                f"{waiting} pauses of {period.name} wait to be ended by the worker."
                " Is it running? See ./shoushi doctor."
            )
        out.mkdir(parents=True, exist_ok=True)
        archive = out / f"sla-{period.name}.zip"
        with TemporaryDirectory(dir=out) as name:
            folder = Path(name, "extract")
            folder.mkdir()
            manifest = seal(folder, extracts.write(period, folder), key=key)
            unfinished = Path(name, "archive.zip")
            pack(folder, unfinished)
            unfinished.replace(archive)
        self.stdout.write(
            f"{archive}: {manifest['clocks']} clocks, {manifest['events']} lines."
        )
        self.stdout.write(f"public key: {key.public}")
        wrong = manifest["contradictions"]
        if wrong:
            raise CommandError(
                f"{len(wrong)} clocks contradict their record; the extract names them."
                " See sla_verify."
            )

    def _check(self, path: Path, expected: str, compare: bool) -> None:  # noqa: FBT001
        if not expected and settings.EXTRACT_KEY:
            expected = _own_key().public
        try:
            sealed = Sealed(path)
            manifest = sealed.check(expected_key=expected)
            wrong = list(evidence.broken_chains(sealed))
            wrong += evidence.rewritten(sealed) if compare else []
        except BadSeal as reason:
            raise CommandError(f"{path}: {reason}.") from reason
        for problem in wrong[:MOST_SHOWN]:
            self.stdout.write(problem)
        if wrong:
            raise CommandError(f"{path}: {len(wrong)} clocks are not as they were.")
        self.stdout.write(
            f"{path}: {manifest['period']['month']}, {manifest['clocks']} clocks,"
            f" {manifest['events']} lines, as it was signed."
        )
        self.stdout.write(f"public key: {manifest['public_key']}")


def _period(text: str, *, at: datetime) -> Period:
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", text):
        raise CommandError(f"{text} is no month. Write it like 2026-11.")
    period = Period(date.fromisoformat(f"{text}-01"))
    if period.ends > at:
        raise CommandError(f"{text} is not over yet; an extract would not be final.")
    return period


def _own_key() -> SealKey:
    try:
        return SealKey.read(settings.EXTRACT_KEY)
    except ValueError as error:
        raise CommandError(
            "EXTRACT_KEY is no key. Start with ./shoushi, which makes one, or set it to"
            " 32 random bytes in base64, such as `openssl rand -base64 32` gives."
        ) from error
