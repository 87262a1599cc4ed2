"""Ways in: one-time sign-in links and API tokens."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Final

from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session

from rows.questions import Question, Slot
from staff.models import ApiToken, SignInLink, User

LINK_LIFETIME = timedelta(hours=12)

_API_TOKEN: Final = Question(
    lambda: ApiToken.objects.select_related("user").filter(
        token_hash=Slot("token_hash"), revoked_at=None, user__is_active=True
    )
)


def hash_of(token: str) -> str:
    """What is stored of a secret that is itself long and random."""
    return hashlib.sha256(token.encode()).hexdigest()


def make_sign_in_link(user: User, *, at: datetime) -> str:
    """A secret for `/sign-in/<secret>/`; it works once, for twelve hours.

    Earlier unused links of the same person stop working.
    """
    user.sign_in_links.filter(used_at=None, expires_at__gt=at).update(expires_at=at)
    token = secrets.token_urlsafe(32)
    user.sign_in_links.create(
        token_hash=hash_of(token), created_at=at, expires_at=at + LINK_LIFETIME
    )
    return token


def find_sign_in_link(token: str, *, at: datetime) -> SignInLink | None:
    """The usable link behind a secret, without using it up."""
    link = (
        SignInLink.objects.select_related("user")
        .filter(token_hash=hash_of(token))
        .first()
    )
    return link if link and link.is_usable(at=at) else None


def use_sign_in_link(token: str, *, at: datetime) -> User | None:
    """Use a link up and say whom it signs in; None if it is used, old or unknown."""
    link = find_sign_in_link(token, at=at)
    if link is None:
        return None
    used = SignInLink.objects.filter(pk=link.pk, used_at=None).update(used_at=at)
    return link.user if used else None


def make_api_token(user: User, *, at: datetime) -> str:
    """A new API token that acts as `user`; it is shown once."""
    token = secrets.token_urlsafe(32)
    user.api_tokens.create(token_hash=hash_of(token), created_at=at)
    return token


def user_of_api_token(token: str) -> User | None:
    """The active person behind an API token."""
    found = _API_TOKEN.first(token_hash=hash_of(token))
    return found.user if found else None


def revoke_api_tokens(user: User, *, at: datetime) -> int:
    """Stop all of a person's API tokens; the number stopped."""
    return user.api_tokens.filter(revoked_at=None).update(revoked_at=at)


def forget_expired(*, at: datetime) -> int:
    """Delete sign-in links and sessions that have been useless for a week."""
    limit = at - timedelta(days=7)
    links, _ = SignInLink.objects.filter(expires_at__lt=limit).delete()
    sessions, _ = Session.objects.filter(expire_date__lt=limit).delete()
    return links + sessions


def revoke_api_token(token: ApiToken, *, at: datetime) -> int:
    """Stop one token; 0 if it was stopped before."""
    return ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=at)


def forget_second_factors(user: User) -> None:
    """Let a person who lost phone or key sign in by link or password alone."""
    Authenticator.objects.filter(user=user).delete()
