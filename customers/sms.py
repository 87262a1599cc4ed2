"""The way to a customer's phone: a gateway that sends short messages, if there is one.

SMS_GATEWAY names a class by its dotted path; an instance has `send(to=, text=)`, which
raises NotSent. Ours posts JSON to an address of the company's, where whatever provider
it uses is connected.
"""

import http.client
import json
from typing import Final, Protocol, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.module_loading import import_string

SECONDS: Final = 5
TAKEN: Final = range(200, 300)
PORTS: Final = {"https": 443, "http": 80}


class NotSent(Exception):
    """The gateway did not take the message; why, without number or text."""


class Gateway(Protocol):
    """Sends one text to one number, written like +8613800138000."""

    def send(self, *, to: str, text: str) -> None:
        """Hand it over. Raises NotSent."""


def is_set_up() -> bool:
    """Whether short messages can be sent at all."""
    return bool(settings.SMS_GATEWAY)


def gateway() -> Gateway:
    """The gateway that the settings name."""
    return cast("Gateway", import_string(settings.SMS_GATEWAY)())


class Webhook:
    """Posts {"to", "text"} to SMS_WEBHOOK_URL; any 2xx says that it was taken."""

    def send(self, *, to: str, text: str) -> None:
        place = urlsplit(settings.SMS_WEBHOOK_URL)
        secure = place.scheme == "https"
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        port = place.port or PORTS[place.scheme]
        line = kind(place.hostname or "", port, timeout=SECONDS)
        path = f"{place.path or '/'}{place.query and '?' + place.query}"
        headers = {"Content-Type": "application/json"}
        if settings.SMS_WEBHOOK_TOKEN:
            headers["Authorization"] = f"Bearer {settings.SMS_WEBHOOK_TOKEN}"
        try:
            line.request("POST", path, json.dumps({"to": to, "text": text}), headers)
            status = line.getresponse().status
        except (OSError, http.client.HTTPException) as error:
            raise NotSent(type(error).__name__) from error
        finally:
            line.close()
        if status not in TAKEN:
            raise NotSent(str(status))
