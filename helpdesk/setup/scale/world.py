"""What a made-up year needs to know of the house: channels, people, texts, promises."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from catalog.models import Device
from helpdesk.setup.scale.arrivals import YEAR
from knowledge.models import Script
from objections.models import DemandKind, Subtype
from sla.models import CalendarVersion, PolicyVersion
from staff.models import User
from tickets.models import Channel

# How many of a hundred come by each channel; others get none.
SHARES: Final[Mapping[str, int]] = {
    "web_chat": 30,
    "app_chat": 18,
    "ecommerce": 16,
    "wechat_oa": 14,
    "hotline": 10,
    "email": 5,
    "website_message": 3,
    "weibo": 2,
    "store": 2,
}


@dataclass(frozen=True)
class World:
    """The same for every block; `changes` are instants from which other rules hold."""

    seed: int
    until: datetime
    channels: Mapping[str, Sequence[Channel]]
    agents: Sequence[User]
    devices: Sequence[str]
    scripts: Mapping[str, str]
    subtypes: Sequence[Subtype]
    demands: Sequence[DemandKind]
    changes: Sequence[datetime]


def read(*, seed: int, until: datetime, agents: Sequence[User]) -> World:
    """The house as it is."""
    since = until - YEAR
    channels = Channel.objects.filter(code__in=SHARES)
    changes = {since}
    for model in (PolicyVersion, CalendarVersion):
        versions = model.objects.filter(effective_from__range=(since, until))
        changes |= set(versions.values_list("effective_from", flat=True))
    return World(
        seed=seed,
        until=until,
        channels={
            "inquiry": list(channels.filter(takes_inquiries=True)),
            "objection": list(channels.filter(takes_objections=True)),
        },
        agents=agents,
        devices=list(Device.objects.order_by("code").values_list("name_zh", flat=True)),
        scripts=dict(Script.objects.values_list("code", "text")),
        subtypes=list(Subtype.objects.filter(active=True).order_by("type", "pk")),
        demands=list(DemandKind.objects.filter(active=True).order_by("pk")),
        changes=sorted(changes),
    )
