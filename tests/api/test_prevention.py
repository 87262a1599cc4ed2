"""Other systems read preventive actions and take their steps."""

from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from objections.models import PreventiveAction
from objections.services import opening
from staff.models import Role
from tests.api.conftest import SignedIn
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

LIST = "/api/v1/preventive-actions/"
NEW = {"subtype": "quality/function_fault", "device_model": "Sony FX3", "reason": "多"}


@pytest.mark.clause("OB-10")
def test_an_action_is_opened_worked_on_and_read(as_person: SignedIn) -> None:
    boss = UserFactory.create(role=Role.SUPERVISOR)
    owner = UserFactory.create(username="li")
    lead, own = as_person(boss), as_person(owner)
    key = {"Idempotency-Key": "k1"}
    made = [lead.post(LIST, NEW, format="json", headers=key) for _ in range(2)]
    assert [it.status_code for it in made] == [201, 201]
    body: dict[str, Any] = made[0].json()
    assert PreventiveAction.objects.get().number == body["number"]
    assert (body["status"], body["subtype"], body["overdue"]) == (
        *("open", "quality/function_fault", False),
    )
    here = f"{LIST}{body['number']}/"
    assert own.get(here).status_code == 404
    assert own.get(LIST).json()["results"] == []
    assert (
        lead.post(f"{here}assign/", {"to": "nobody"}, format="json").status_code == 400
    )
    assert lead.post(f"{here}assign/", {"to": "li"}, format="json").status_code == 200
    early = own.post(f"{here}finish/", {"text": "好"}, format="json")
    assert early.status_code == 409
    empty = own.post(f"{here}describe/", {"measure": " "}, format="json")
    assert (empty.status_code, set(empty.json()["fields"])) == (400, {"measure"})
    steps: list[tuple[str, dict[str, Any], int]] = [
        ("describe", {"measure": "加测"}, 200),
        ("finish", {"text": "已做"}, 200),
        ("cancel", {"reason": "x"}, 403),
        ("judge", {"effective": True, "text": "x"}, 403),
    ]
    for verb, given, status in steps:
        answer = own.post(f"{here}{verb}/", given, format="json")
        assert answer.status_code == status, verb
    assert own.get(here).json()["status"] == "done"
    again = lead.post(LIST, NEW, format="json")
    assert again.status_code == 409
    assert own.post(LIST, NEW, format="json").status_code == 403
    wrong = lead.post(LIST, {**NEW, "subtype": "x", "owner": 7}, format="json")
    assert (wrong.status_code, set(wrong.json()["fields"])) == (400, {"owner"})


@pytest.mark.parametrize("actions", [1, 6])
def test_the_list_costs_the_same_and_is_narrowed(
    as_person: SignedIn, actions: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    boss = UserFactory.create(role=Role.SUPERVISOR)
    for number in range(actions):
        opening.open_action(
            **{**NEW, "device_model": f"M{number}"}, by=boss, at=timezone.now()
        )
    lead = as_person(boss)
    with django_assert_num_queries(2):
        shown = lead.get(LIST, {"standing": "true"}).json()
    assert len(shown["results"]) == actions
    assert lead.get(LIST, {"status": "done"}).json()["results"] == []
    assert lead.get(LIST, {"status": "x"}).status_code == 400
