"""A place in a list as an address carries it: letters that need no escape."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from typing import Any, Final

BIGGEST_ID: Final = 2**63 - 1


def written(content: list[Any]) -> str:
    """Content of JSON and instants."""
    text = json.dumps(content, default=datetime.isoformat)
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read(text: str) -> Any:
    """What was written. Raises ValueError for anything else."""
    try:
        return json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except RecursionError as error:
        raise ValueError(text) from error


def key(value: object) -> int:
    """The key of a row. Raises ValueError for anything else."""
    if type(value) is not int or not 0 <= value <= BIGGEST_ID:
        raise ValueError(value)
    return value
