"""Sixty colleagues for a house that has a year of cases."""

from random import Random
from typing import Final

from helpdesk.setup.scale.wording import Words
from staff.models import Department, Role, User

SUPERVISORS: Final = 4
AGENTS: Final = 44
HANDLERS: Final = 12
FIRST_NUMBER: Final = 6001


def hire(*, seed: int) -> list[User]:
    """Those who answer; people who are there already stay as they are."""
    dice = Random(f"people {seed}")  # noqa: S311 - chance, not secrecy
    words = Words(dice, devices=())
    departments = list(Department.objects.order_by("code"))
    front = Department.objects.get(code="customer_service")
    posts = [
        *(("lead", Role.SUPERVISOR, front) for _ in range(SUPERVISORS)),
        *(("desk", Role.AGENT, front) for _ in range(AGENTS)),
        *(
            ("office", Role.DEPARTMENT_HANDLER, departments[n % len(departments)])
            for n in range(HANDLERS)
        ),
    ]
    hired = []
    for place, (name, role, department) in enumerate(posts):
        number = FIRST_NUMBER + place
        leads = hired[:SUPERVISORS]
        defaults = {
            "display_name": words.word("surnames") + words.word("given_names"),
            "username": f"{name}{number}",
            "role": role,
            "department": department,
            "supervisor": leads[place % len(leads)] if role == Role.AGENT else None,
            "password": "!",
        }
        person, _made = User.objects.get_or_create(
            work_number=str(number), defaults=defaults
        )
        hired.append(person)
    return hired[: SUPERVISORS + AGENTS]
