"""How django-allauth signs staff in: no public sign-up, each to their own door."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.urls import reverse

from staff.models import Role, User

FRONT_DOORS = {
    Role.SUPERVISOR: "supervision:board",
    Role.MANAGER: "supervision:board",
    Role.ADMINISTRATOR: "admin:index",
}


class StaffAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Only people whom an administrator entered may sign in."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        user = request.user
        role = Role(user.role) if isinstance(user, User) else Role.AGENT
        return reverse(FRONT_DOORS.get(role, "desk:inbox"))
