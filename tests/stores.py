"""Stores for tests, saved by the product's own verb."""

from datetime import datetime
from typing import Any

from helpdesk import stores
from sla.services.calendar_content import read
from staff.models import Role, User
from tests.factories import AT, UserFactory
from tickets.models import Store

WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def store(
    code: str = "haidian",
    *,
    by: User | None = None,
    at: datetime = AT,
    hours: dict[str, str] | None = None,
    **facts: Any,
) -> Store:
    """A store that is open from nine to nine every day unless `hours` says otherwise."""
    said = dict.fromkeys(WEEK, "09:00-21:00") if hours is None else hours
    named = {
        "name_zh": "海淀门店",
        "name_en": "Haidian store",
        "address": "海淀路 1 号",
    }
    return stores.save(
        Store(code=code, **{**named, **facts}),
        hours={day: read(text) for day, text in said.items()},
        by=by or UserFactory.create(role=Role.MANAGER),
        at=at,
    )
