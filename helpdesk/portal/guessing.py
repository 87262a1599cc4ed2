"""Who tries tails on a case's number: guessers wait, its customer does not.

A tail has ten thousand values, and whoever knows a number could try them. All that is
counted here are tries that were wrong, of one case:

- a neighbourhood (what one provider gives to one house or to a few) has five in a day;
- from twenty in an hour on, only a neighbourhood that has not been wrong yet may try;
- beyond a hundred in a day nobody new may, from wherever.

So one guesser shuts out only the own neighbourhood; the customer's right tail passes
however much that one tries; at a hundred a day, ten thousand take months. To shut the
customer out, dozens of neighbourhoods would have to spend their tries each day; even
then the link of the case opens it, and so does the browser that has seen it already.
"""

import time
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

from django.http import HttpRequest

from helpdesk.portal import sight
from helpdesk.throttle import give_back, seconds_to_wait

OF_NEIGHBOURHOOD: Final = "5/24h"
OF_NEWCOMER: Final = "1/24h"
OF_CASE: Final = "20/h"
OF_CASE_IN_A_DAY: Final = "100/24h"
OF_BROWSER: Final = "10/h"


def wait_of(request: HttpRequest, number: str) -> int:
    """Count a try as wrong until it was right; seconds to wait where there is none."""
    now = time.time()
    if sight.sees(request, number):  # it has shown before that the case is its own
        mine = f"follow:{number}:{request.session.session_key}"
        return seconds_to_wait(mine, OF_BROWSER, now=now)
    near, case = keys(request, number)
    own = seconds_to_wait(near, OF_NEIGHBOURHOOD, now=now)
    first = seconds_to_wait(near, OF_NEWCOMER, now=now)
    if own:
        return own
    busy = seconds_to_wait(case, OF_CASE, now=now)
    if busy and first:
        return busy
    return seconds_to_wait(case, OF_CASE_IN_A_DAY, now=now)


def was_right(request: HttpRequest, number: str) -> None:
    """The try was none of a guesser."""
    if sight.sees(request, number):
        return
    near, case = keys(request, number)
    give_back(near, OF_NEIGHBOURHOOD, OF_NEWCOMER)
    give_back(case, OF_CASE, OF_CASE_IN_A_DAY)


def keys(request: HttpRequest, number: str) -> tuple[str, str]:
    """Under which a neighbourhood's tries at a case are counted, and all of them."""
    place = neighbourhood_of(request.META.get("REMOTE_ADDR", ""))
    return f"follow:{number}:{place}", f"follow:{number}"


def neighbourhood_of(address: str) -> str:
    """What changes its addresses freely: a /24, of version 6 a /48."""
    try:
        known = ip_address(address)
    except ValueError:
        return address
    if isinstance(known, IPv6Address) and known.ipv4_mapped:
        known = known.ipv4_mapped
    width = 48 if isinstance(known, IPv6Address) else 24
    return str(ip_network((known, width), strict=False))
