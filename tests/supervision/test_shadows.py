"""A draft's rule in the shadow, on pages."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from sla.metrics import Metric
from sla.models import Policy, ShadowRun, Target
from sla.services import clocks, shadows, versions
from staff.models import Role, User
from tests.factories import InquiryFactory, UserFactory

pytestmark = pytest.mark.django_db

RULE = "/supervision/policy/standard/2/rules/IN_FIRST_REPLY/"
ON = f"{RULE}shadow/"


@pytest.fixture
def rule(manager: User) -> Target:
    draft = versions.draft(Policy.objects.get(code="standard"), by=manager)
    found = draft.targets.get(code="IN_FIRST_REPLY")
    return versions.change_target(found, by=manager, budget=timedelta(seconds=15))


@pytest.mark.parametrize("role", list(Role))
def test_who_switches_on_sees_and_switches_off(
    client: Client, rule: Target, manager: User, role: Role
) -> None:
    person = UserFactory.create(role=role)
    client.force_login(person)
    refused = 403 if person.supervises else 404
    allowed = [200, 303, 303] if person.publishes else [refused] * 3
    answers = [client.get(ON).status_code, client.post(ON).status_code]
    run = shadows.switch_on(rule, by=manager, at=timezone.now())
    page, off = f"/supervision/shadows/{run.pk}/", f"/supervision/shadows/{run.pk}/off/"
    assert client.get(page).status_code == (200 if person.supervises else 404)
    answers.append(client.post(off).status_code)
    assert answers == allowed
    run.refresh_from_db()
    assert (run.ended_at is None) == (not person.publishes)
    assert client.get(off).status_code == 405
    assert client.get("/supervision/shadows/0/").status_code == 404


def test_a_run_is_switched_on_watched_and_switched_off(
    desk_of_manager: Client, rule: Target
) -> None:
    assert f'href="{ON}"' in desk_of_manager.get(RULE).content.decode()
    for _ in range(2):  # a double click
        answer = desk_of_manager.post(ON)
    run = ShadowRun.objects.get()
    page = f"/supervision/shadows/{run.pk}/"
    assert answer["Location"] == page
    assert desk_of_manager.get(ON)["Location"] == page
    assert "Nothing is recorded yet" in desk_of_manager.get(page).content.decode()
    at = timezone.now()
    ticket = InquiryFactory.create(at=at)
    late = at + timedelta(seconds=20)
    clocks.stop(ticket, Metric.FIRST_REPLY, at=late, by=None)
    shadows.observe(at=late + timedelta(seconds=1))
    found = desk_of_manager.get(page)
    (day,) = found.context["chart"].lines
    assert [cell.text for cell in day.cells] == ["1", "0", "1", "+1"]
    assert f"/desk/inquiries/{ticket.number}/" in found.content.decode()
    assert (
        f'href="{page}"'
        in desk_of_manager.get("/supervision/what-if/").content.decode()
    )
    for _ in range(2):
        assert desk_of_manager.post(f"{page}off/")["Location"] == page
    assert "Switched off" in desk_of_manager.get(page).content.decode()


def test_why_a_rule_cannot_run_in_the_shadow_is_said(
    desk_of_manager: Client, rule: Target, manager: User
) -> None:
    versions.change_target(rule, by=manager, budget=timedelta(seconds=30))
    words = "It promises the same as the rule in force."
    assert words in desk_of_manager.get(ON).content.decode()
    answer = desk_of_manager.post(ON)
    assert (answer.status_code, ShadowRun.objects.exists()) == (422, False)
    assert words in answer.content.decode()
    # No address is free: a rule of the version in force has no shadow.
    assert desk_of_manager.get(ON.replace("/2/", "/1/")).status_code == 404
