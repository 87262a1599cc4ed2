"""`./shoushi doctor`: what is wrong with this installation, and what repairs it."""

import os
import sys

from helpdesk.launch import foreground, place, servers
from helpdesk.launch.signals import Signals


def doctor(args: list[str]) -> int:
    """Examine the data folder as it is; nothing is started and nothing changed."""
    data = place.data_folder(os.environ)
    env = servers.environment(data, base=os.environ)
    with Signals() as signals:
        command = [sys.executable, "-m", "helpdesk.doctor", *args]
        return foreground.run(command, env=env, signals=signals)
