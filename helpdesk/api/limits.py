"""What one request may ask of the API, and one token: the parser, the throttle.

The framework imports this while it starts, so nothing here may import its views.
"""

import time
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from helpdesk.throttle import line_of, seconds_to_wait

if TYPE_CHECKING:
    from rest_framework.views import APIView

READING: Final = ("60/s", "2400/m")
WRITING: Final = ("20/s", "900/m")
# Without a token, for one line.
PUBLIC: Final = ("6/m", "30/h")


class BoundedJSONParser(JSONParser):
    """JSON that is nested deeper than any request of ours is refused, not a crash."""

    def parse(
        self, stream: Any, media_type: Any = None, parser_context: Any = None
    ) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise ParseError(_("This JSON is nested too deeply.")) from error


class TokenThrottle(BaseThrottle):
    """Limits what one token, or one line without, may do; passes without a counter."""

    def allow_request(self, request: Request, view: "APIView") -> bool:
        reads = request.method in SAFE_METHODS
        rates = READING if reads else WRITING
        sender = request.auth
        if sender is None:
            rates, sender = PUBLIC, line_of(request.META.get("REMOTE_ADDR", ""))
        name = f"api:{'read' if reads else 'write'}:{sender}"
        self.seconds = seconds_to_wait(name, *rates, now=time.time())
        return self.seconds == 0

    def wait(self) -> float:
        return self.seconds
