"""The cache is a convenience: it may be away, the product may not."""

import logging
from collections.abc import Callable, Sequence
from functools import cached_property, wraps
from typing import Any, Final

from django.core.cache.backends.redis import RedisCache
from redis.commands.core import Script
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

# What each question answers when Redis is away: an empty cache that takes everything.
ANSWERS: Final[dict[str, Any]] = {
    "add": True,
    "set": None,
    "touch": False,
    "delete": False,
    "has_key": False,
    "get_many": {},
    "set_many": [],
    "delete_many": None,
    "clear": None,
}


class PatientRedisCache(RedisCache):
    """Django's own Redis cache, which without Redis is empty instead of an error.

    People can then sign in and answer customers while Redis is away; the price is that
    nothing counts attempts for that time. Counting (`incr`) says that its key is not
    there, as it does for any key that has expired.
    """

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        try:
            return super().get(key, default, version)
        except RedisError as error:
            _note(error)
            return default

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        try:
            return super().incr(key, delta, version)
        except RedisError as error:
            _note(error)
            raise ValueError(key) from error

    def evaluate(self, script: str, keys: Sequence[str], args: Sequence[Any]) -> Any:
        """What a script answers, in one round trip. Raises RedisError."""
        names = [self.make_and_validate_key(key) for key in keys]
        return self._script(script)(keys=names, args=args)

    def _script(self, script: str) -> Script:
        """A client and the script's name, made once by each thread."""
        if script not in self._scripts:
            client = self._cache.get_client(write=True)
            self._scripts[script] = client.register_script(script)
        return self._scripts[script]

    @cached_property
    def _scripts(self) -> dict[str, Script]:
        return {}


def _note(error: RedisError) -> None:
    logger.warning("cache not reached: %s", type(error).__name__)


def _patient(ask: Callable[..., Any], answer: Any) -> Callable[..., Any]:
    @wraps(ask)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        try:
            return ask(*args, **kwargs)
        except RedisError as error:
            _note(error)
            return answer

    return wrapper


for name, answer in ANSWERS.items():
    setattr(PatientRedisCache, name, _patient(getattr(RedisCache, name), answer))
