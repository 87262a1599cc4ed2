"""People who answer, whether they are on duty, their departments and ways in."""

from staff.models.people import (
    ANSWERS,
    PUBLISHES,
    RECEIVES,
    SEES_EVERY_TICKET,
    SUPERVISES,
    ApiToken,
    Department,
    Named,
    PeopleManager,
    Role,
    SignInLink,
    User,
    UserQuerySet,
)
from staff.models.presence import How, Presence, PresenceLine
from staff.models.shift import Shift, ShiftQuerySet

__all__ = [
    "ANSWERS",
    "PUBLISHES",
    "RECEIVES",
    "SEES_EVERY_TICKET",
    "SUPERVISES",
    "ApiToken",
    "Department",
    "How",
    "Named",
    "PeopleManager",
    "Presence",
    "PresenceLine",
    "Role",
    "Shift",
    "ShiftQuerySet",
    "SignInLink",
    "User",
    "UserQuerySet",
]
