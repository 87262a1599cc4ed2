"""Where one is among the pages of the staff, and where else one may go."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django import template
from django.template import Context
from django.utils import timezone
from django.utils.safestring import SafeString

from helpdesk.colleagues import Colleague, options_of
from helpdesk.desk.requests import lists_for
from helpdesk.fragments import fragment
from helpdesk.presence_menu import presence_menu
from helpdesk.supervision.navigation import Navigation
from objections.models import PreventiveAction
from staff.models import Role, User
from tickets.models import PublicationPlace

register = template.Library()


class Place(NamedTuple):
    """One item of the rail, by the name of its place."""

    name: str
    href: str
    icon: str
    title: str


class Rail(NamedTuple):
    """What the rail shows to one person."""

    place: str
    name: str
    work_number: str
    role: Role
    receives: bool
    supervises: bool
    is_administrator: bool
    sees_every_ticket: bool
    lists: tuple[Place, ...]
    preventions_due: int

    @property
    def handles(self) -> bool:
        """Whether this person works in a department."""
        return self.role == Role.DEPARTMENT_HANDLER

    @property
    def role_word(self) -> str:
        return str(self.role.label)


@register.simple_tag(takes_context=True)
def rail(context: Context) -> SafeString:
    """The staff's rail; `place` of the page names the item that is open."""
    user: Any = context["user"]
    handles = user.role == Role.DEPARTMENT_HANDLER
    shown = Rail(
        place=str(context.get("place", "")),
        name=user.display_name,
        work_number=user.work_number,
        role=Role(user.role),
        receives=user.receives,
        supervises=user.supervises,
        is_administrator=user.is_administrator,
        sees_every_ticket=user.sees_every_ticket,
        lists=tuple(
            Place(kind.place, kind.href, kind.icon, str(kind.title))
            for kind in lists_for(user)
        ),
        preventions_due=_preventions_due(user) if handles else 0,
    )
    csrf = str(context["csrf_token"])
    return fragment(
        "components/rail.html",
        shown,
        csrf=csrf,
        here=context["request"].get_full_path(),
        presence=presence_menu(user, csrf=csrf, at=timezone.now()),
    )


@register.simple_tag
def supervision_pages(user: User, part: str) -> SafeString:
    """The groups of pages that this person sees, and those of the open one."""
    pages = Navigation.of(
        user,
        part,
        late=_preventions_due(user),
        due=PublicationPlace.objects.due().count() if user.supervises else 0,
    )
    return fragment("supervision/_nav.html", pages)


@register.simple_tag
def colleagues(people: Iterable[Any], chosen: int | None = None) -> SafeString:
    """The options of a field for one of some people; `chosen` is the key of one."""
    return options_of(
        Colleague(it.pk, it.display_name, it.work_number, it.pk == chosen)
        for it in people
    )


def _preventions_due(user: User) -> int:
    """How many preventive actions wait too long for this person or whom they lead."""
    return PreventiveAction.objects.visible_to(user).overdue(at=timezone.now()).count()
