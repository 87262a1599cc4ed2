"""How streams ask the database: on a few threads, so that an open one holds nothing."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from django.db import close_old_connections

T = TypeVar("T")
_ASKING: Final = ThreadPoolExecutor(max_workers=4, thread_name_prefix="live")


async def asked(question: Callable[[], T]) -> T:
    """The answer of a thread that keeps its connection.

    Any number of streams so leaves the database to the pages.
    """

    def ask() -> T:
        close_old_connections()
        try:
            return question()
        finally:
            close_old_connections()

    return await asyncio.get_running_loop().run_in_executor(_ASKING, ask)
