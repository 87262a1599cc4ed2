"""How amounts come over the API."""

from typing import Any

from rest_framework import serializers


class Money(serializers.DecimalField):
    """An amount in CNY; the verb judges how large and how fine it may be."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=None, decimal_places=None, **options)
