"""Pages as a WSGI application, for servers that run pages alone."""

import os
from io import BytesIO
from typing import Any

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")


class TolerantRequest(WSGIRequest):
    """Two things that Django's own request gets wrong before any middleware can help.

    A body of unannounced length reads as empty; here it is read up to the limit. And a
    charset that is no text encoding (zlib, rot13, ...) is an error; here it is UTF-8.
    """

    def __init__(self, environ: dict[str, Any]) -> None:
        if not environ.get("CONTENT_LENGTH") and "HTTP_TRANSFER_ENCODING" in environ:
            body = environ["wsgi.input"].read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
            environ["wsgi.input"] = BytesIO(body)
            environ["CONTENT_LENGTH"] = str(len(body))
        super().__init__(environ)

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        try:
            super()._set_content_type_params(meta)  # type: ignore[misc]
        except (LookupError, UnicodeError):
            self._encoding = None


class Pages(WSGIHandler):
    """Django's own handler with requests that tolerate more."""

    request_class = TolerantRequest


django.setup(set_prefix=False)
application = Pages()
