"""Goals by promise and month: what holds, who sets it, and that the past stays."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from sla.models import Goal, Metric
from sla.services import goals
from staff.models import Role, User
from tests.factories import AT, UserFactory
from tickets.workflow import NotAllowed

pytestmark = pytest.mark.django_db

PAGE = "/supervision/goals/"
NOVEMBER = date(2026, 11, 1)
DECEMBER = date(2026, 12, 1)


def percent(month: date) -> Decimal:
    return goals.goals_of(month)[Metric.FIRST_REPLY].percent


@pytest.mark.clause("SH-07")
def test_a_goal_holds_from_its_month_on_and_what_is_over_stays(manager: User) -> None:
    assert percent(NOVEMBER) == 95
    for _ in range(2):
        goals.set_goal(
            Metric.FIRST_REPLY,
            month=DECEMBER,
            percent=Decimal("97.5"),
            by=manager,
            at=AT,
        )
    assert Goal.objects.filter(set_by=manager).count() == 1
    assert (percent(NOVEMBER), percent(DECEMBER)) == (Decimal(95), Decimal("97.5"))
    assert percent(date(2027, 6, 15)) == Decimal("97.5")
    goals.set_goal(
        Metric.FIRST_REPLY, month=DECEMBER, percent=Decimal(96), by=manager, at=AT
    )
    assert percent(DECEMBER) == 96


@pytest.mark.parametrize(
    ("field", "changed"),
    [
        ("metric", {"metric": "speed_of_light"}),
        ("month", {"month": date(2026, 10, 1)}),
        ("month", {"month": date(2026, 11, 2)}),
        ("percent", {"percent": Decimal(0)}),
        ("percent", {"percent": Decimal("100.1")}),
        ("percent", {"percent": Decimal("99.99")}),
    ],
)
def test_a_goal_without_sense_is_refused(
    manager: User, field: str, changed: dict[str, object]
) -> None:
    asked = {"metric": "delivery", "month": NOVEMBER, "percent": Decimal(90)}
    with pytest.raises(ValidationError) as refused:
        goals.set_goal(**(asked | changed), by=manager, at=AT)  # type: ignore[arg-type]
    assert set(refused.value.error_dict) == {field}
    assert not Goal.objects.filter(set_by=manager).exists()


@pytest.mark.parametrize("role", list(Role))
def test_managers_set_goals_on_their_page_and_other_supervisors_read_them(
    client: Client, role: Role
) -> None:
    person = UserFactory.create(role=role)
    client.force_login(person)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    page = client.get(PAGE)
    month = f"{timezone.localtime():%Y-%m}"
    data = {"metric": "delivery", "month": month, "percent": "92.5"}
    answer = client.post(PAGE, data)
    if not person.supervises:
        assert (page.status_code, answer.status_code) == (404, 404)
        return
    assert "First reply" in page.content.decode()
    assert ('id="goal-form"' in page.content.decode()) is person.publishes
    assert answer.status_code == (303 if person.publishes else 403)
    held = Goal.objects.filter(metric="delivery")
    assert list(held.values_list("percent", "set_by")) == (
        [(Decimal("92.5"), person.pk)] if person.publishes else []
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("month", "soon"),
        ("month", "9999-01"),
        ("month", "2020-01"),
        ("percent", "NaN"),
        ("percent", "-3"),
        ("percent", "1e9"),
        ("percent", ""),
        ("metric", "x"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(
    desk_of_manager: Client, field: str, value: str
) -> None:
    data = {"metric": "delivery", "month": "2026-12", "percent": "90"} | {field: value}
    answer = desk_of_manager.post(PAGE, data)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {field}
    assert not Goal.objects.filter(metric="delivery").exists()


def test_only_those_who_decide_may(manager: User) -> None:
    supervisor = UserFactory.create(role=Role.SUPERVISOR)
    at: datetime = AT
    with pytest.raises(NotAllowed):
        goals.set_goal(
            Metric.DELIVERY, month=NOVEMBER, percent=Decimal(90), by=supervisor, at=at
        )
