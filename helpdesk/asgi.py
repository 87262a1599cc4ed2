"""One origin: live streams run natively on the event loop, pages on a thread pool.

Threads keep their database connections, which makes pages several times faster than
Django's own ASGI handler; see docs/adr/0002-pages-on-threads-live-on-the-loop.md.
"""

import gc
import os
from typing import Any, cast

import django
from a2wsgi import WSGIMiddleware
from a2wsgi.wsgi_typing import WSGIApp

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")
django.setup(set_prefix=False)

from django.conf import settings  # noqa: E402

from helpdesk.live.door import Live  # noqa: E402
from helpdesk.slow_lines import Application, SlowLines, without_body  # noqa: E402
from helpdesk.wsgi import application as wsgi_application  # noqa: E402

live = Live()
pages = SlowLines(
    cast(Application, WSGIMiddleware(cast(WSGIApp, wsgi_application), workers=8)),
    largest=settings.REQUEST_MAX_BYTES,
)

# What a page makes is gone when it is sent: looking for circles in it, and in all that
# stays anyway, took a twentieth of the processor time.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20)


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Send `/live/...` to the event loop and everything else to the threads."""
    if scope["type"] == "http" and scope["path"].startswith("/live/"):
        await live(scope, without_body(receive), send)
    elif scope["type"] == "http":
        await pages(scope, receive, send)
