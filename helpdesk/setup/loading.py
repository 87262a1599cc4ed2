"""Bring the data files of this folder into the database, once."""

import tomllib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from catalog.services.load import load_catalogue
from helpdesk import stores
from helpdesk.setup.happening import happen
from helpdesk.setup.objecting import object_to
from helpdesk.setup.preventing import prevent
from inquiries import services
from inquiries.models import Inquiry
from knowledge.services.load import load_knowledge
from objections.models import Objection
from objections.services.load import load_objections
from orders.models import Order
from orders.services import importing
from orders.services.importing import File
from sla.services import calendar_content
from sla.services.calendars import GROUPS
from staff.models import Department, Presence, Role, Shift, User
from staff.services import presence
from tickets.models import Channel, PublicationPlace, Store

DATA: Final = Path(__file__).resolve().parent / "data"
EXAMPLE: Final = Path(importing.__file__).resolve().parent.parent / "data" / "example"
DEPARTMENT_HEADS: Final = {
    "customer_service": "manager",
    "technical_support": "technical_support",
    "warehouse_logistics": "warehouse_logistics",
    "finance": "finance",
}


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((DATA / name).read_text(encoding="utf-8"))


@transaction.atomic
def load_basics() -> None:
    """Departments, shifts, channels, places, words, catalogue; rows that exist stay."""
    data = _read("basics.toml")
    for row in data["departments"]:
        Department.objects.get_or_create(code=row["code"], defaults=row)
    _load_shifts(data["shifts"])
    for position, row in enumerate(data["channels"]):
        defaults = {**row, "position": position}
        Channel.objects.get_or_create(code=row["code"], defaults=defaults)
    _load_places(data["places"], at=timezone.now())
    load_knowledge()
    load_catalogue()
    load_objections()


def _load_shifts(rows: list[dict[str, Any]]) -> None:
    """The shifts of a day; a company that has any has its own."""
    if not Shift.objects.exists():
        Shift.objects.bulk_create(
            Shift(**row, position=position) for position, row in enumerate(rows)
        )


def _load_places(rows: list[dict[str, str]], *, at: datetime) -> None:
    """Where every company publishes its channels; somebody is to look there first."""
    for row in rows:
        channel = Channel.objects.filter(code=row.get("channel", "")).first()
        PublicationPlace.objects.get_or_create(
            kind=row["kind"],
            defaults={
                "name": row["name"],
                "channel": channel,
                "created_at": at,
                "recheck_due_since": at,
            },
        )


@transaction.atomic
def load_stores(*, at: datetime) -> int:
    """The demo company's stores; those that exist stay. How many were made."""
    manager = User.objects.with_role(Role.MANAGER).earliest("pk")
    made = 0
    for position, row in enumerate(_read("demo.toml")["stores"]):
        facts = {**row, "position": position}
        said = facts.pop("hours")
        if Store.objects.filter(code=row["code"]).exists():
            continue
        hours = {
            day: calendar_content.read(text)
            for name, text in said.items()
            for day in GROUPS.get(name, (name,))
        }
        stores.save(Store(**facts), hours=hours, by=manager, at=at)
        made += 1
    return made


def load_addresses() -> None:
    """The demo company's numbers and links, for channels that have none."""
    for code, address in _read("demo.toml")["addresses"].items():
        Channel.objects.filter(code=code, address="").update(
            address_kind=address["kind"], address=address["text"]
        )


@transaction.atomic
def load_people() -> None:
    """The demo company's staff, without passwords; people who exist stay."""
    departments = {d.code: d for d in Department.objects.all()}
    for row in _read("demo.toml")["people"]:
        if User.objects.filter(username=row["username"]).exists():
            continue
        boss = row.get("supervisor")
        person = User(
            username=row["username"],
            display_name=row["name"],
            work_number=row["work_number"],
            role=row["role"],
            department=departments.get(row.get("department", "")),
            supervisor=User.objects.get(username=boss) if boss else None,
        )
        person.set_unusable_password()
        person.save()
    for code, username in DEPARTMENT_HEADS.items():
        Department.objects.filter(code=code, head=None).update(
            head=User.objects.get(username=username)
        )


def make_first_administrator() -> bool:
    """Somebody must be able to enter an empty house; True if they had to be made."""
    if User.objects.with_role(Role.ADMINISTRATOR).exists():
        return False
    person = User(
        username="admin",
        display_name="管理员",
        work_number="0001",
        role=Role.ADMINISTRATOR,
    )
    person.set_unusable_password()
    person.save()
    return True


@transaction.atomic
def load_conversations(*, now: datetime) -> int:
    """Past conversations for an empty house; how many were made."""
    if Inquiry.objects.exists():
        return 0
    data = _read("demo.toml")
    _come_on_duty(data["conversations"], now=now)
    for row in data["conversations"]:
        _replay(row, now=now)
    for row in data["missed_calls"]:
        services.record_missed_call(
            phone=row["phone"],
            surname=row["surname"],
            by=User.objects.get(username=row["agent"]),
            at=now - timedelta(minutes=row["minutes_ago"]),
        )
    return len(data["conversations"]) + len(data["missed_calls"])


def load_orders(*, at: datetime) -> None:
    """The orders that the demo objections are about, for a house that has none."""
    if Order.objects.exists():
        return
    files = [File(it.name, it.read_bytes()) for it in sorted(EXAMPLE.glob("*.csv"))]
    importing.bring_in(files, at=at, by="demo")


@transaction.atomic
def load_demo_objections(*, now: datetime) -> int:
    """Past objections for an empty house; how many were made."""
    if Objection.objects.exists():
        return 0
    rows = _read("demo.toml")["objections"]
    for row in rows:
        object_to(row, now=now)
    prevent(_read("prevention.toml"), now=now)
    return len(rows)


def _come_on_duty(rows: list[dict[str, Any]], *, now: datetime) -> None:
    """Those who answer have been there since before the first question."""
    first = now - timedelta(minutes=max(row["minutes_ago"] for row in rows) + 1)
    for agent in User.objects.filter(username__in={row["agent"] for row in rows}):
        presence.say(agent, Presence.ON_DUTY, at=first)


def _replay(row: dict[str, Any], *, now: datetime) -> None:
    """Let a conversation happen through the product's own verbs, in the past."""
    start = now - timedelta(minutes=row["minutes_ago"])
    agent = User.objects.get(username=row["agent"])
    first, *rest = row["lines"]
    inquiry = services.ask(
        channel=Channel.objects.get(code=row["channel"]),
        surname=row["surname"],
        phone=row["phone"],
        topic=row["topic"],
        text=first["text"],
        at=start,
    )
    at = start
    for line in rest:
        at = start + timedelta(seconds=line["after"])
        happen(inquiry, line, agent=agent, at=at)
    if "intent" in row:
        services.close(
            inquiry,
            intent=row["intent"],
            consent=row.get("consent", False),
            by=agent,
            at=at + timedelta(seconds=40),
        )
