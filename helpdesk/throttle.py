"""Throttles for forms that strangers can reach, counted in Redis per address."""

import logging
import re
import time
from collections.abc import Callable, Sequence
from functools import wraps
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Concatenate, Final, ParamSpec, cast

from django.core.cache import DEFAULT_CACHE_ALIAS, caches
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from redis.exceptions import RedisError

from helpdesk.cache import PatientRedisCache

logger = logging.getLogger(__name__)

# All limits of a request are counted in one go: a window is when it began and how many
# have come since.
COUNT: Final = """
local now, weight, wait = tonumber(ARGV[1]), tonumber(ARGV[2]), 0
for place, key in ipairs(KEYS) do
  local limit, length = tonumber(ARGV[1 + 2 * place]), tonumber(ARGV[2 + 2 * place])
  local since = tonumber(redis.call('HGET', key, 'since') or 'nan')
  if not (since <= now and now < since + length) then
    redis.call('HSET', key, 'since', ARGV[1], 'count', 0)
    redis.call('EXPIRE', key, length + 1)
    since = now
  end
  if redis.call('HINCRBY', key, 'count', weight) > limit then
    wait = math.max(wait, math.floor(since + length - now) + 1)
  end
end
return wait
"""
GIVE_BACK: Final = """
for _, key in ipairs(KEYS) do
  if redis.call('EXISTS', key) == 1 then redis.call('HINCRBY', key, 'count', -1) end
end
"""
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
    limits = [_read(rate) for rate in rates]
    try:
        left = _counters().evaluate(
            COUNT,
            [_name(key, rate) for rate in rates],
            [repr(now), weight, *(number for limit in limits for number in limit)],
        )
    except RedisError as error:
        logger.warning("throttle skipped: %s", type(error).__name__)
        return 0
    return int(left)


def give_back(key: str, *rates: str) -> None:
    """Take back the last count of these limits: what was asked was harmless."""
    try:
        _counters().evaluate(GIVE_BACK, [_name(key, rate) for rate in rates], [])
    except RedisError as error:
        logger.warning("throttle skipped: %s", type(error).__name__)


def _read(rate: str) -> tuple[int, int]:
    """How many in how many seconds. Raises ValueError."""
    match = _RATE.fullmatch(rate)
    if match is None:
        raise ValueError(rate)
    return int(match[1]), int(match[2] or 1) * _UNITS[match[3]]


def _name(key: str, rate: str) -> str:
    return f"throttle:{key}:{rate}"


def _counters() -> PatientRedisCache:
    return cast(PatientRedisCache, caches[DEFAULT_CACHE_ALIAS])


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
