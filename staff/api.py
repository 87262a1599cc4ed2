"""How other systems prove who they are."""

from typing import Final

from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from staff.models import User
from staff.services import user_of_api_token

SCHEMES: Final = frozenset({b"token", b"bearer"})


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Token <secret>` (or Bearer), made by `manage.py api_token`."""

    def authenticate(self, request: Request) -> tuple[User, str] | None:
        scheme, _, rest = get_authorization_header(request).partition(b" ")
        if scheme.lower() not in SCHEMES:
            return None
        secret = rest.strip().decode(errors="replace")
        user = user_of_api_token(secret) if secret else None
        if user is None:
            raise AuthenticationFailed
        return user, secret

    def authenticate_header(self, request: Request) -> str:
        return "Token"
