"""Those who work and those who ask, in any measurement."""

import uuid
from typing import Any, Final

from django.conf import settings
from django.utils import timezone

from bench.web import signed_in
from inquiries import services
from inquiries.models import Inquiry
from staff.models import Role, User
from tickets.models import Channel

CHANNEL: Final = "web_chat"
TEXT: Final = "三天的直播，两台摄像机和一套灯光，多少钱？"


def hired(role: Role, *, count: int = 1, **facts: Any) -> list[User]:
    """So many new colleagues of a role, with names and numbers that nobody has."""
    first = User.objects.count()
    people = [
        User(
            username=f"bench{first + n}",
            display_name=f"测试{first + n}",
            work_number=f"Q{first + n:04d}",
            role=role,
            **facts,
        )
        for n in range(count)
    ]
    return list(User.objects.bulk_create(people))


def told_of_misses() -> None:
    """A supervisor and a manager, who are told of what is missed."""
    for role in (Role.SUPERVISOR, Role.MANAGER):
        hired(role)


def cookie(user: User) -> str:
    """What a browser sends for somebody who has signed in."""
    return f"{settings.SESSION_COOKIE_NAME}={signed_in(user)}"


def ask(
    channel: Channel | None = None,
    *,
    phone: str = "",
    client_token: uuid.UUID | None = None,
) -> Inquiry:
    """A question by the product's own verb."""
    return services.ask(
        channel=channel or Channel.objects.get(code=CHANNEL),
        surname="王",
        phone=phone,
        topic="rental_price",
        text=TEXT,
        at=timezone.now(),
        client_token=client_token,
    )
