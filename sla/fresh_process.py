"""The beginning of a process that helps another one with its work.

Imports nothing of the product: its models need a Django that is set up.
"""

import django


def begin(database: str) -> None:
    """Make a fresh process one of the product's, with a connection of its own."""
    django.setup()
    from django.db import connection  # noqa: PLC0415 - needs the line above

    connection.settings_dict["NAME"] = database
