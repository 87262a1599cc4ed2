"""Ways in, and who is on duty."""

from staff.services.ways_in import (
    find_sign_in_link,
    forget_expired,
    forget_second_factors,
    hash_of,
    make_api_token,
    make_sign_in_link,
    revoke_api_token,
    revoke_api_tokens,
    use_sign_in_link,
    user_of_api_token,
)

__all__ = [
    "find_sign_in_link",
    "forget_expired",
    "forget_second_factors",
    "hash_of",
    "make_api_token",
    "make_sign_in_link",
    "revoke_api_token",
    "revoke_api_tokens",
    "use_sign_in_link",
    "user_of_api_token",
]
