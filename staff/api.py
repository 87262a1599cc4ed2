"""How other systems prove who they are."""

from typing import Any, Final

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from staff.models import User
from staff.services import hash_of, user_of_api_token

SCHEMES: Final = frozenset({b"token", b"bearer"})


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Token <secret>` (or Bearer), made by `manage.py api_token`.

    `request.auth` becomes the hash of the secret, never the secret.
    """

    def authenticate(self, request: Request) -> tuple[User, str] | None:
        words = get_authorization_header(request).split()
        if not words or words[0].lower() not in SCHEMES:
            return None
        secret = b" ".join(words[1:]).decode(errors="replace")
        user = user_of_api_token(secret) if secret else None
        if user is None:
            raise AuthenticationFailed
        return user, hash_of(secret)

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The same in the words of OpenAPI."""

    target_class = "staff.api.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}
