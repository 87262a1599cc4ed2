"""Colleagues to choose one from, as the options of a field."""

from collections.abc import Iterable
from typing import NamedTuple

from django.utils.safestring import SafeString

from helpdesk.fragments import fragment


class Colleague(NamedTuple):
    """One of them; who has it already cannot be chosen."""

    pk: int
    name: str
    work_number: str
    chosen: bool = False
    has_it: bool = False


def options_of(colleagues: Iterable[Colleague]) -> SafeString:
    """The options in this order."""
    return fragment("components/colleagues.html", tuple(colleagues))
