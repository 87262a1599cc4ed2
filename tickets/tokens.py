"""Client tokens that the product itself derives, for an act that must count once."""

import uuid

from django.utils.crypto import salted_hmac


def derived_token(*parts: object) -> uuid.UUID:
    """The same for the same parts, and for nobody else to compute.

    Whoever knows the token of an inquiry is answered with its thread, and whoever uses
    up the token of a message before its sender has silenced it.
    """
    name = "\n".join(str(part) for part in parts)
    digest = salted_hmac("tickets.tokens", name, algorithm="sha256").digest()
    return uuid.UUID(bytes=digest[:16], version=4)
