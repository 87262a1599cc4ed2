"""The two files that the settings read from the data folder.

`secrets.env` is made once and must be kept: without its CONTACT_KEYS the stored phone
numbers can never be read again. `runtime.env` says where the servers listen now.
"""

import base64
import os
import secrets
import tempfile
from collections.abc import Mapping
from pathlib import Path

from helpdesk.launch.failure import CannotGoOn

SECRETS = ("SECRET_KEY", "CONTACT_KEYS", "EXTRACT_KEY")
# Nothing that is stored needs the key that signs extracts; a new one signs new ones.
OF_THE_DATABASE = ("SECRET_KEY", "CONTACT_KEYS")


def read(path: Path) -> dict[str, str]:
    """The pairs of one file; empty if there is none."""
    try:
        lines = path.read_text().splitlines()
    except FileNotFoundError:
        return {}
    return dict(line.split("=", 1) for line in lines if "=" in line)


def write(path: Path, values: Mapping[str, str]) -> None:
    """Replace a file at once, readable by its owner only."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w") as file:
            file.writelines(f"{key}={value}\n" for key, value in values.items())
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def make_secrets(data: Path, *, environment: Mapping[str, str]) -> None:
    """Make what is missing of the secrets, once.

    Refuses to make new keys beside an old database: they would not open it.
    """
    path = data / "secrets.env"
    values = read(path)
    missing = [k for k in SECRETS if k not in values and not environment.get(k)]
    if not missing:
        return
    needed = [key for key in missing if key in OF_THE_DATABASE]
    if needed and (data / "servers" / "postgres" / "PG_VERSION").exists():
        raise CannotGoOn(
            f"{path} lacks {' and '.join(needed)}, but there is a database beside it"
            " that was written with them. Put the file back from a copy, or set them"
            " in the environment."
        )
    fresh = {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "CONTACT_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "EXTRACT_KEY": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    }
    write(path, {**values, **{key: fresh[key] for key in missing}})
