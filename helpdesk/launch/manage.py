"""`./shoushi manage ...`: manage.py with the servers of the data folder."""

import os
import sys

from helpdesk.launch import foreground, lock, place, servers
from helpdesk.launch.console import Console
from helpdesk.launch.signals import Signals


def manage(args: list[str]) -> int:
    """Use the servers of a running `up`, or start them for as long as it takes."""
    data = place.data_folder(os.environ)
    command = [sys.executable, "manage.py", *args]
    if lock.is_held(data):
        env = servers.environment(data, base=os.environ)
        with Signals() as signals:
            return foreground.run(command, env=env, signals=signals)
    says = "./shoushi manage uses the database just now; wait for it to end"
    with (
        Signals() as signals,
        servers.running(
            data,
            console=Console(quiet=True),
            signals=signals,
            env=os.environ,
            says=says,
        ) as env,
    ):
        return foreground.run(command, env=env, signals=signals)
