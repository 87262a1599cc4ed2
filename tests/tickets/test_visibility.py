"""What one may not see does not exist."""

import contextlib

import pytest
from django.contrib.auth.models import AnonymousUser
from pytest_django import DjangoCaptureOnCommitCallbacks

from inquiries.models import Inquiry
from sla.models import Clock
from staff.models import Role, User
from tests.factories import InquiryFactory, UserFactory, department
from tickets import feed
from tickets.models import Ticket
from tickets.services import assignment

pytestmark = pytest.mark.django_db


@pytest.fixture
def tickets() -> dict[str, Inquiry]:
    """One of nobody's department, one of finance, one of technical support."""
    made = {"open to all": InquiryFactory.create()}
    for code in ("finance", "technical_support"):
        inquiry = InquiryFactory.create()
        inquiry.department = department(code)
        inquiry.save()
        made[code] = inquiry
    return made


def seen_by(user: User | AnonymousUser, tickets: dict[str, Inquiry]) -> set[str]:
    pks = set(Ticket.objects.visible_to(user).values_list("pk", flat=True))
    # One row filter, whichever model is asked.
    assert set(Inquiry.objects.visible_to(user).values_list("pk", flat=True)) == pks
    clocks = Clock.objects.visible_to(user).values_list("ticket_id", flat=True)
    assert set(clocks) == pks
    if isinstance(user, User):
        for inquiry in tickets.values():
            assert is_shown(inquiry, user) is (inquiry.pk in pks)
    return {name for name, ticket in tickets.items() if ticket.pk in pks}


def is_shown(inquiry: Inquiry, user: User) -> bool:
    """Whether the statement that is made once for everybody finds it for this one."""
    with contextlib.suppress(Inquiry.DoesNotExist):
        return Inquiry.objects.shown(inquiry.number, to=user) == inquiry
    return False


@pytest.mark.parametrize(
    "role", [Role.AGENT, Role.SUPERVISOR, Role.MANAGER, Role.ADMINISTRATOR]
)
def test_customer_service_sees_every_ticket(
    role: Role, tickets: dict[str, Inquiry]
) -> None:
    assert seen_by(UserFactory.create(role=role), tickets) == set(tickets)


def test_a_handler_sees_the_tickets_of_the_own_department(
    tickets: dict[str, Inquiry],
) -> None:
    handler = UserFactory.create(
        role=Role.DEPARTMENT_HANDLER, department=department("finance")
    )
    assert seen_by(handler, tickets) == {"finance"}


def test_a_handler_sees_what_is_assigned_to_them(tickets: dict[str, Inquiry]) -> None:
    handler = UserFactory.create(
        role=Role.DEPARTMENT_HANDLER, department=department("business")
    )
    assert seen_by(handler, tickets) == set()
    Ticket.objects.filter(pk=tickets["finance"].pk).update(assignee=handler)
    assert seen_by(handler, tickets) == {"finance"}


@pytest.mark.parametrize("role", list(Role))
def test_whoever_has_left_sees_nothing(role: Role, tickets: dict[str, Inquiry]) -> None:
    gone = UserFactory.create(role=role, is_active=False)
    assert seen_by(gone, tickets) == set()


def test_a_stranger_sees_nothing(tickets: dict[str, Inquiry]) -> None:
    assert seen_by(AnonymousUser(), tickets) == set()


@pytest.mark.parametrize(
    ("role", "channels"),
    [
        (Role.AGENT, {"desk"}),
        (Role.SUPERVISOR, {"desk"}),
        (Role.MANAGER, {"desk"}),
        (Role.ADMINISTRATOR, {"desk"}),
        (Role.DEPARTMENT_HANDLER, {"department:technical_support"}),
    ],
)
def test_the_live_stream_has_the_same_filter(role: Role, channels: set[str]) -> None:
    user = UserFactory.create(role=role)
    assert set(feed.channels_of(user)) == channels | {f"user:{user.pk}"}


def test_a_handler_sees_the_tickets_of_which_something_is_asked_of_the_department(
    tickets: dict[str, Inquiry],
) -> None:
    asked = tickets["open to all"]
    handlers = {
        code: UserFactory.create(
            role=Role.DEPARTMENT_HANDLER, department=department(code)
        )
        for code in ("contract_management", "warehouse_logistics")
    }
    assert assignment.involve(asked, department("contract_management"))
    assert not assignment.involve(asked, department("contract_management"))
    assert seen_by(handlers["contract_management"], tickets) == {"open to all"}
    assert seen_by(handlers["warehouse_logistics"], tickets) == set()
    asked.refresh_from_db()
    assert asked.department is None


def test_an_involved_department_hears_of_the_ticket_too(
    tickets: dict[str, Inquiry],
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    asked = tickets["finance"]
    assignment.involve(asked, department("contract_management"))
    heard: list[str] = []
    monkeypatch.setattr(
        feed, "publish", lambda notices: heard.extend(channel for channel, _ in notices)
    )
    with django_capture_on_commit_callbacks(execute=True):
        feed.announce(asked, "message", to_customer=False)
    assert heard == ["desk", "department:finance", "department:contract_management"]
