"""Bring the data files of this folder into the database, once."""

import tomllib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from django.db import transaction

from catalog.services.load import load_catalogue
from inquiries import services
from inquiries.models import Inquiry
from knowledge.models import Script
from staff.models import Department, Role, User
from tickets.models import Channel

DATA: Final = Path(__file__).resolve().parent / "data"
DEPARTMENT_HEADS: Final = {"customer_service": "manager"}


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((DATA / name).read_text(encoding="utf-8"))


@transaction.atomic
def load_basics() -> None:
    """Departments, channels, scripts, the catalogue; rows that exist stay."""
    data = _read("basics.toml")
    for row in data["departments"]:
        Department.objects.get_or_create(code=row["code"], defaults=row)
    for position, row in enumerate(data["channels"]):
        defaults = {**row, "position": position}
        Channel.objects.get_or_create(code=row["code"], defaults=defaults)
    for position, row in enumerate(data["scripts"]):
        defaults = {**row, "position": position}
        Script.objects.get_or_create(code=row["code"], defaults=defaults)
    load_catalogue()


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
    rows = _read("demo.toml")["conversations"]
    for row in rows:
        _replay(row, now=now)
    return len(rows)


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
        if line.get("greet"):
            services.greet(inquiry, by=agent, at=at)
        elif line.get("note"):
            services.write_note(inquiry, text=line["text"], by=agent, at=at)
        elif line.get("ask_closing"):
            services.ask_closing_question(inquiry, by=agent, at=at)
        elif "by" in line:
            answers = line.get("answers", ())
            services.reply(inquiry, text=line["text"], by=agent, at=at, answers=answers)
        else:
            services.customer_writes(inquiry, text=line["text"], at=at)
    if "intent" in row:
        services.close(
            inquiry,
            intent=row["intent"],
            consent=False,
            by=agent,
            at=at + timedelta(seconds=40),
        )
