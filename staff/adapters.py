"""How django-allauth signs staff in: no public sign-up, each to their own door."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from staff.models import Role, User
from staff.services import presence

FRONT_DOORS = {
    Role.SUPERVISOR: "supervision:board",
    Role.MANAGER: "supervision:board",
    Role.GENERAL_MANAGER: "supervision:board",
    Role.ADMINISTRATOR: "admin:index",
}
# Departments that have a list of their own, by their codes.
DEPARTMENT_DOORS = {
    "contract_management": "desk:contract_requests",
    "technical_support": "desk:repairs",
}


class StaffAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Only people whom an administrator entered may sign in."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def login(self, request: HttpRequest, user: User) -> None:
        super().login(request, user)
        presence.sign_in(user, at=timezone.now())

    def logout(self, request: HttpRequest) -> None:
        user = request.user
        super().logout(request)
        if isinstance(user, User):
            presence.sign_out(user, at=timezone.now())

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        user = request.user
        return reverse(front_door(user) if isinstance(user, User) else "desk:inbox")


def front_door(user: User) -> str:
    """The name of the page where this person's work is."""
    if user.role == Role.DEPARTMENT_HANDLER and user.department is not None:
        return DEPARTMENT_DOORS.get(user.department.code, "desk:inbox")
    return FRONT_DOORS.get(Role(user.role), "desk:inbox")
