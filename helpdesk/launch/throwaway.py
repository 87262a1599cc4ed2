"""Servers with an empty database, for tests and measurements, gone afterwards."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from helpdesk.launch import lock, place, servers
from helpdesk.launch.console import Console
from helpdesk.launch.signals import Signals


@contextmanager
def empty_servers(
    kind: str, *, signals: Signals, careless: bool
) -> Iterator[dict[str, str]]:
    """Each run has a folder of its own, so that runs do not disturb each other."""
    parent = place.data_folder(os.environ)
    for left in parent.glob(f"{kind}-*"):
        # A run that was killed could not clean up.
        if not lock.is_held(left):
            place.remove_place(left)
    data = place.ROOT / tempfile.mkdtemp(prefix=f"{kind}-", dir=parent)
    data.chmod(0o755)
    try:
        with servers.running(
            data,
            console=Console(quiet=True),
            signals=signals,
            env=servers.clean_environment(),
            says=f"./shoushi {kind} is running",
            careless=careless,
        ) as env:
            yield env
    finally:
        place.remove_place(data)
