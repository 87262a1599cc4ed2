"""Facts of orders from another system, over HTTP: GET {url}/{number}/ answers JSON.

The document is the one that `GET /api/v1/orders/{number}/` here answers, with the
customer's number as `customer_phone` where it is known; 404 is an order that is not.
"""

import http.client
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import replace
from http import HTTPStatus
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, ValidationError

from customers.encryption import blind_index
from customers.services import parse_phone
from orders.facts import BadFacts, LookupFailed, OrderFacts, OrderNotFound, read

MOST_BYTES: Final = 2 * 1024 * 1024
CHUNK: Final = 64 * 1024


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A token goes to the address that was named, and to no other."""

    def redirect_request(self, *_args: Any, **_options: Any) -> None:
        return None


class OrdersOverHttp:
    """Asks another system, for so long as ORDER_SOURCE_TIMEOUT says."""

    def __init__(self) -> None:
        self.url: str = settings.ORDER_SOURCE_URL.rstrip("/")
        if not self.url.startswith(("http://", "https://")):
            raise ImproperlyConfigured("ORDER_SOURCE_URL is no http(s) address")
        self._open = urllib.request.build_opener(_NoRedirects()).open

    def find(self, order_number: str) -> OrderFacts:
        path = urllib.parse.quote(order_number, safe="")
        document = self._get(f"{self.url}/{path}/", missing=order_number)
        try:
            facts = read(OrderFacts, document)
        except BadFacts as error:
            raise LookupFailed(str(error)) from error
        if facts.number != order_number:
            raise LookupFailed("the answer is about another order")
        return _with_customer(facts, str(document.get("customer_phone", "")))

    def numbers(self, *, contract_number: str, serial_number: str) -> list[str]:
        if not contract_number and not serial_number:
            return []
        asked = {"contract": contract_number} if contract_number else {}
        words = urllib.parse.urlencode(asked or {"serial": serial_number})
        document = self._get(f"{self.url}/?{words}", missing="")
        found = document.get("numbers") if isinstance(document, dict) else None
        if not isinstance(found, list):
            raise LookupFailed("the answer has no list of numbers")
        return [str(number) for number in found]

    def belongs(self, order_number: str, *, customer_index: str) -> bool | None:
        try:
            return self.find(order_number).customer_index == customer_index
        except OrderNotFound:
            return False

    def _get(self, url: str, *, missing: str) -> Any:
        headers = {"Accept": "application/json"}
        if settings.ORDER_SOURCE_TOKEN:
            headers["Authorization"] = f"Bearer {settings.ORDER_SOURCE_TOKEN}"
        request = urllib.request.Request(url, headers=headers)  # noqa: S310 - http only
        try:
            with self._open(request, timeout=settings.ORDER_SOURCE_TIMEOUT) as answer:
                content = _whole(answer)
        except urllib.error.HTTPError as error:
            with error:
                if error.code == HTTPStatus.NOT_FOUND:
                    raise OrderNotFound(missing) from error
                raise LookupFailed(f"HTTP {error.code}") from error
        except (OSError, http.client.HTTPException) as error:
            raise LookupFailed(type(error).__name__) from error
        try:
            return json.loads(content)
        except ValueError as error:
            raise LookupFailed("the answer is no JSON") from error


def _whole(answer: Any) -> bytes:
    """The body; a server that sends it drop by drop is waited for no longer."""
    until = time.monotonic() + settings.ORDER_SOURCE_TIMEOUT
    content = bytearray()
    while piece := answer.read1(CHUNK):
        content += piece
        if len(content) > MOST_BYTES:
            raise LookupFailed("the answer is too large")
        if time.monotonic() > until:
            raise LookupFailed("the answer takes too long")
    return bytes(content)


def _with_customer(facts: OrderFacts, phone: str) -> OrderFacts:
    """The number itself is not kept: its keyed hash and its tail are."""
    if not phone:
        return replace(facts, customer_index="")
    try:
        number = parse_phone(phone)
    except ValidationError:
        return replace(facts, customer_index="", customer_tail="")
    return replace(facts, customer_index=blind_index(number), customer_tail=number[-4:])
