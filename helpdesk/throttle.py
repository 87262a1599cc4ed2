"""Throttles for forms that strangers can reach, counted in Redis per address."""

import logging
import re
import time
from collections.abc import Callable, Sequence
from functools import wraps
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Concatenate, Final, ParamSpec

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

_UNITS: Final = {"s": 1, "m": 60, "h": 3600}
_RATE: Final = re.compile(r"(\d+)/(\d*)([smh])")

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def seconds_to_wait(key: str, *rates: str, now: float, weight: int = 1) -> int:
    """Count one request; 0 if it may pass, else whole seconds until one may.

    `weight` is for how many it counts, say its bytes.

    A rate reads "5/10s": five in the ten seconds that begin with the first, so that no
    stroke of a clock lets twice as many through at once. When Redis is away everything
    passes: answering customers matters more than throttling them.
    """
    wait = 0
    for rate in rates:
        match = _RATE.fullmatch(rate)
        if match is None:
            raise ValueError(rate)
        limit, length = int(match[1]), int(match[2] or 1) * _UNITS[match[3]]
        name = f"throttle:{key}:{rate}"
        try:
            since = cache.get_or_set(name, now, timeout=length)
            if since is None or not since <= now < since + length:
                cache.set(name, since := now, timeout=length)
            cache.add(f"{name}:{since}", 0, timeout=length + 1)
            count = cache.incr(f"{name}:{since}", weight)
        except (RedisError, ValueError) as error:
            logger.warning("throttle skipped: %s", type(error).__name__)
            continue
        if count > limit:
            wait = max(wait, int(since + length - now) + 1)
    return wait


def give_back(key: str, *rates: str) -> None:
    """Take back the last count of these limits: what was asked was harmless."""
    for rate in rates:
        name = f"throttle:{key}:{rate}"
        try:
            since = cache.get(name)
            if since is not None:
                cache.incr(f"{name}:{since}", -1)
        except (RedisError, ValueError) as error:
            logger.warning("throttle skipped: %s", type(error).__name__)


def line_of(address: str) -> str:
    """Whom an address stands for: one line has 2**64 addresses of version 6."""
    try:
        known = ip_address(address)
    except ValueError:
        return address
    if not isinstance(known, IPv6Address) or known.ipv4_mapped:
        return address
    return str(ip_network((known, 64), strict=False))


def throttled(
    name: str, *rates: str, methods: Sequence[str] = ("POST",)
) -> Callable[[View[P]], View[P]]:
    """Limit what one address may send to a view: its POSTs, or other methods."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def wrapper(
            request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponse:
            if request.method in methods:
                asker = line_of(request.META.get("REMOTE_ADDR", ""))
                wait = seconds_to_wait(f"{name}:{asker}", *rates, now=time.time())
                if wait:
                    return too_many(request, wait=wait)
            return view(request, *args, **kwargs)

        return wrapper

    return decorate


def too_many(request: HttpRequest, *, wait: int) -> HttpResponse:
    """Say when to try again; the page keeps what was typed."""
    fragment = bool(request.headers.get("HX-Request"))
    template = "components/throttled.html" if fragment else "429.html"
    response = render(request, template, {"wait": wait}, status=429)
    response["Retry-After"] = str(wait)
    if fragment:
        response["HX-Reswap"] = "none"  # the note comes beside; nothing is replaced
    return response
