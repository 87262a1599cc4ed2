"""The beginning of a process that helps another one with its work.

Imports nothing of the product: its models need a Django that is set up.
"""

import os
from multiprocessing import parent_process
from threading import Thread

import django


def begin(database: str) -> None:
    """Make a fresh process one of the product's, with a connection of its own."""
    Thread(target=end_with_the_other, daemon=True).start()
    django.setup()
    from django.db import connection  # noqa: PLC0415 - needs the line above

    connection.settings_dict["NAME"] = database


def end_with_the_other() -> None:
    """However the other one ends: nobody else would take or stop this work."""
    if (other := parent_process()) is not None:
        other.join()
        os._exit(1)
