"""What ASGI has no word for: the line itself, as uvicorn holds it."""

import socket
from typing import Any, Final

# Else the kernel would keep megabytes for a page that never reads.
KEPT_BYTES: Final = 64 * 1024


def transport_of(send: Any) -> Any:
    """The transport that `send` writes to; None under another server."""
    return getattr(getattr(send, "__self__", None), "transport", None)


def keep_little(send: Any) -> None:
    """Bound what the kernel keeps for a line."""
    if (transport := transport_of(send)) is not None:
        line = transport.get_extra_info("socket")
        line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KEPT_BYTES)


def cut(send: Any) -> None:
    """Drop a line with all that waits for it; an end would wait for its reader."""
    if (transport := transport_of(send)) is not None:
        transport.abort()
