"""Contacts at rest: Fernet encryption with rotating keys, and a blind index."""

import hashlib
import hmac
from functools import lru_cache

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


@lru_cache(maxsize=1)
def _cipher() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.CONTACT_KEYS])


def encrypt(plain: str) -> str:
    """Encrypt with the newest key."""
    return _cipher().encrypt(plain.encode()).decode()


def decrypt(stored: str) -> str:
    """Decrypt with whichever key fits.

    Raises `cryptography.fernet.InvalidToken` when none does.
    """
    return _cipher().decrypt(stored.encode()).decode()


def blind_index(plain: str) -> str:
    """A keyed hash by which equal contacts find each other without being readable."""
    key = settings.CONTACT_KEYS[-1].encode()
    return hmac.new(key, plain.encode(), hashlib.sha256).hexdigest()
