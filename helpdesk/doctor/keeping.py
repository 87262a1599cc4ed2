"""Can files be kept, and are the secrets there, right, and nobody else's?"""

import os
import shlex
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from cryptography.fernet import InvalidToken
from django.conf import settings

from customers import encryption
from customers.models import Customer
from helpdesk.doctor.finding import Finding, fail, ok, warn
from helpdesk.doctor.house import House
from helpdesk.launch.env_files import OF_THE_DATABASE, SECRETS

MEGABYTE: Final = 1024**2
TOO_LITTLE_MB: Final = 100
LITTLE_MB: Final = 1024
OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def storage(house: House) -> Iterator[Finding]:
    """Room and permission for what customers send."""
    folder = Path(settings.MEDIA_ROOT)
    nearest = next(path for path in (folder, *folder.parents) if path.exists())
    try:
        with tempfile.TemporaryFile(dir=nearest) as file:
            file.write(b"\0" * 4096)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        yield fail(
            "storage",
            f"cannot write to {nearest}: {error.strerror}",
            repair=f"sudo chown -R {os.geteuid()} {shlex.quote(str(nearest))}",
        )
        return
    free = shutil.disk_usage(nearest).free // MEGABYTE
    said = f"{nearest} is writable, {free:,} MB free"
    if free < LITTLE_MB:
        verdict = fail if free < TOO_LITTLE_MB else warn
        repair = f"free some space on that disk; see what takes it: du -xh {nearest}"
        yield verdict("storage", said, repair=f"{repair} | sort -h | tail")
    else:
        yield ok("storage", said)


def secrets(house: House) -> Iterator[Finding]:
    """The keys are there, and no other account can read them."""
    path = house.data / "secrets.env"
    yield from private(path)
    yield from private(house.data / "runtime.env")
    missing = [name for name in SECRETS if not getattr(settings, name, None)]
    if set(missing) & set(OF_THE_DATABASE):
        yield fail(
            "secrets",
            f"{' and '.join(missing)} missing",
            repair=f"put {path} back from a copy; without one: {house.up()}",
        )
    elif missing:
        yield warn(
            "secrets",
            f"{' and '.join(missing)} missing: no extract can be signed",
            repair=f"start once more, which makes one: {house.up()}",
        )
    else:
        where = path if path.exists() else "the environment"
        yield ok("secrets", f"{', '.join(SECRETS)} from {where}")


def private(path: Path) -> Iterator[Finding]:
    """Nobody but the owner may read this file."""
    if path.exists() and path.stat().st_mode & OTHERS:
        yield fail(
            "secrets",
            f"other accounts may open {path} ({stat.filemode(path.stat().st_mode)})",
            repair=f"chmod 600 {shlex.quote(str(path))}",
        )


def contacts(house: House) -> Iterator[Finding]:
    """The keys open what was written with them: the oldest contacts and the newest."""
    ends = []
    for field in ("phone_encrypted", "email_encrypted"):
        kept = Customer.objects.exclude(**{field: ""}).order_by("pk")
        kept_ones = kept.values_list(field, flat=True)
        ends += [stored for stored in (kept_ones.first(), kept_ones.last()) if stored]
    try:
        for stored in ends:
            encryption.decrypt(stored)
    except InvalidToken:
        yield fail(
            "contact keys",
            "CONTACT_KEYS does not open the stored phone numbers",
            repair="add the key with which they were written at the end of"
            f" CONTACT_KEYS (a copy of {house.data / 'secrets.env'} has it)",
        )
    else:
        yield ok(
            "contact keys",
            "open the stored phone numbers" if ends else "no phone number is stored",
        )
