"""Make a run of tickets with all that belongs to them; needs nothing but the world."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import exp
from random import Random
from typing import Final

from helpdesk.setup.scale import askers, joining, rows
from helpdesk.setup.scale.arrivals import YEAR
from helpdesk.setup.scale.case import Case, Past
from helpdesk.setup.scale.inquiry_story import Conversation
from helpdesk.setup.scale.objection_story import Dispute
from helpdesk.setup.scale.rows import Copied, Rows
from helpdesk.setup.scale.wording import Words
from helpdesk.setup.scale.world import SHARES, World
from inquiries.workflow import Status
from objections.workflow import Status as ObjectionStatus
from tickets.models import Kind

OBJECTIONS: Final = 0.06
# Of what came at the end of the year so much is left open, of what is long ago little.
OPEN_ALWAYS: Final = 0.015
OPEN_LATELY: Final = 0.42
LATELY: Final = 0.06


@dataclass(frozen=True)
class Part:
    """Tickets that came one after the other, the first with the key `before` + 1."""

    world: World
    before: int
    arrivals: Sequence[datetime]


def make(part: Part) -> list[Copied]:
    """The rows of a part, the same each time."""
    world = part.world
    random = Random(f"part {world.seed} {part.before}")  # noqa: S311 - not secrecy
    words = Words(random, devices=world.devices)
    past = Past(world, random, words, Rows(part.before, len(part.arrivals)))
    told: list[Conversation | Dispute] = []
    for pk, at in enumerate(part.arrivals, start=part.before + 1):
        told.append(_tell(past, pk, at))
    joining.join(past, [it for it in told if isinstance(it, Conversation)])
    for it in told:
        it.write()
    # Lines of the history lie in the order of time, as a BRIN index wants them.
    past.events.sort(key=lambda row: row[4])
    for row in past.events:
        past.rows.add(rows.EVENTS, (*row, past.rows.key(rows.EVENTS)))
    return past.rows.copied()


def _tell(past: Past, pk: int, at: datetime) -> Conversation | Dispute:
    random, world = past.random, past.world
    kind = Kind.OBJECTION if random.random() < OBJECTIONS else Kind.INQUIRY
    channels = world.channels[kind]
    shares = [SHARES[channel.code] for channel in channels]
    who = askers.asker(pk, random)
    case = Case(
        past=past,
        pk=pk,
        kind=kind,
        channel=random.choices(channels, shares)[0],
        customer_id=who.pk,
        created_at=at,
        rests=_rests(random, age=(world.until - at) / YEAR),
        status=Status.NEW if kind == Kind.INQUIRY else ObjectionStatus.RECEIVED,
    )
    it = Dispute(case) if kind == Kind.OBJECTION else Conversation(case, who.is_new)
    it.happen()
    if who.is_new:
        consented_at = it.consented_at if isinstance(it, Conversation) else None
        askers.write(
            who,
            past.rows,
            past.words,
            at=at,
            seed=world.seed,
            consented_at=consented_at,
        )
    return it


def _rests(random: Random, *, age: float) -> int | None:
    """After how many pauses a case is left open; None for one that ends."""
    share = OPEN_ALWAYS + OPEN_LATELY * exp(-age / LATELY)
    return random.choices((0, 1), (80, 20))[0] if random.random() < share else None
