"""The month of objections, preventive actions and quarantine, as people see them."""

import csv
import io
import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from catalog.models import Device, Quarantine
from objections.models import PreventiveAction
from objections.months import Month
from objections.services import opening, quarantining, watching
from staff.models import Role, User
from tests.factories import UserFactory, department
from tests.objections.cases import FEE, QUALITY, filed
from tests.objections.frequent import alike, concluded

pytestmark = pytest.mark.django_db

MONTH = "/supervision/objections/"
ACTIONS = "/supervision/prevention/"
UNITS = "/supervision/quarantine/"
# Session, person, facts, causes, promises of two months, names of subtypes and
# departments, the kept report, places and actions that are due.
MONTH_QUERIES = 13
# Session, person, standing, ended, places and actions that are due.
LIST_QUERIES = 6


@pytest.fixture
def boss(db: None) -> User:
    return UserFactory.create(role=Role.SUPERVISOR)


@pytest.fixture
def door(client: Client, boss: User) -> Client:
    client.force_login(boss)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def frequent() -> PreventiveAction:
    """Three alike, and the action that the job opens."""
    alike(3, at=timezone.now() - timedelta(hours=1))
    (action,) = watching.look(at=timezone.now())
    return action


@pytest.mark.parametrize("role", list(Role))
def test_who_opens_each_page(client: Client, role: Role) -> None:
    action = frequent()
    code = "finance" if role == Role.DEPARTMENT_HANDLER else "customer_service"
    person = UserFactory.create(role=role, department=department(code))
    client.force_login(person)
    sees = 200 if person.supervises else 404
    leads = {Role.SUPERVISOR, Role.MANAGER, Role.ADMINISTRATOR}
    handler = role == Role.DEPARTMENT_HANDLER
    expected = {
        MONTH: sees,
        f"{MONTH}export/": sees,
        ACTIONS: 200 if person.supervises or handler else 404,
        f"{ACTIONS}new/": 200 if role in leads else 403 if person.supervises else 404,
        f"{ACTIONS}{action.number}/": sees,
        UNITS: sees,
    }
    assert {url: client.get(url).status_code for url in expected} == expected


@pytest.mark.clause("OB-10", "CC-15")
@pytest.mark.parametrize("objections", [1, 8])
def test_a_month_costs_the_same_and_each_number_opens_its_objections(
    door: Client, objections: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    now = timezone.now()
    found = [
        filed(QUALITY, at=now, phone=f"138001380{n:02d}", order_number=f"O-{n}")
        for n in range(objections)
    ]
    other = filed(FEE, at=now, phone="13900139000")
    with django_assert_num_queries(MONTH_QUERIES):
        shown = door.get(MONTH).content.decode()
    (href,) = re.findall(r'href="(/desk/[^"]*cut=model&amp;key=sonyfx3)"', shown)
    listed = door.get(href.replace("&amp;", "&"))
    rows = [row.number for row in listed.context["listing"].rows]
    assert sorted(rows) == sorted(it.number for it in found)
    assert other.number not in listed.content.decode()
    assert "Sony FX3" in listed.content.decode()
    again = door.get(listed.context["listing"].address).context["listing"]
    assert len(again.rows) == objections
    month = Month.of(now)
    missing = door.get(f"/desk/?stage=open&month={month}&cut=cause&key=device")
    assert missing.context["listing"].rows == []


def test_only_who_supervises_lists_by_what_was_counted(client: Client) -> None:
    now = timezone.now()
    filed(FEE, at=now)
    query = {"stage": "open", "month": str(Month.of(now)), "cut": "type", "key": "-"}
    client.force_login(UserFactory.create())
    listing = client.get("/desk/", query).context["listing"]
    assert (listing.records, len(listing.rows)) == (None, 1)


@pytest.mark.parametrize(
    "query", ["month=2026-13", "month=%00", "month=x", "month=1999-01", "month="]
)
def test_a_month_that_is_none_is_this_month(door: Client, query: str) -> None:
    shown = door.get(f"{MONTH}?{query}")
    assert shown.context["month"] == Month.of(timezone.now())
    assert (
        door.get(f"/desk/?{query}&cut=type&key=fee").context["listing"].records is None
    )


def test_the_month_as_a_file_holds_no_formula(door: Client) -> None:
    now = timezone.now()
    filed(QUALITY, at=now, device_model='=HYPERLINK("http://x","y")')
    filed(QUALITY, at=now, device_model="@SUM(1)", phone="13900139000")
    answer = door.get(f"{MONTH}export/", {"month": str(Month.of(now))})
    assert answer["Content-Type"].startswith("text/csv")
    assert f"objections-{Month.of(now)}.csv" in answer["Content-Disposition"]
    assert answer.content.startswith("\ufeff".encode())
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0] == ["By", "What", "Count", "Share in %", "Month before"]
    assert rows[1][1:] == ["All objections", "2", "100.0", "0"]
    assert ["Withdrawn", "0", "0.0", "0"] in [row[1:] for row in rows]
    models = [row[1] for row in rows if row[0] == "Device model"]
    assert sorted(models) == ['\'=HYPERLINK("http://x","y")', "'@SUM(1)"]
    assert not [c for row in rows for c in row if c[:1] in "=+-@" and c[:1]]


@pytest.mark.clause("OB-10")
@pytest.mark.parametrize("actions", [1, 5])
def test_the_list_costs_the_same_and_marks_what_is_overdue(
    door: Client,
    boss: User,
    actions: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(actions):
        opening.open_action(
            subtype="quality/function_fault",
            device_model=f"Model {number}",
            reason="常坏",
            by=boss,
            at=timezone.now() - timedelta(days=40),
        )
    with django_assert_num_queries(LIST_QUERIES):
        shown = door.get(ACTIONS)
    assert shown.context["overdue"] == actions
    assert shown.content.decode().count("late-word") == actions


def test_an_action_is_worked_through_by_its_page(
    client: Client, door: Client, boss: User
) -> None:
    action = frequent()
    here = f"{ACTIONS}{action.number}/"
    handler = UserFactory.create(role=Role.DEPARTMENT_HANDLER)
    browser = Client(headers={"Accept-Language": "en"})
    browser.force_login(handler)
    shown = browser.get(here).content.decode()
    assert 'id="step-describe"' in shown
    assert 'id="step-assign"' not in shown
    # An objection that the department was not handed is not shown to it.
    assert browser.get(here).context["resting_on"] == []
    assert len(door.get(here).context["resting_on"]) == 3
    empty = browser.post(f"{here}describe/", {"measure": " "})
    assert empty.status_code == 422
    assert "Please describe the measure." in empty.content.decode()
    early = browser.post(f"{here}finish/", {"text": "好了"})
    assert early.status_code == 409
    assert "Describe the measure first." in early.content.decode()
    assert browser.post(f"{here}assign/", {"to": handler.pk}).status_code == 403
    assert browser.post(f"{here}describe/", {"measure": "加测"}).status_code == 303
    assert browser.post(f"{here}finish/", {"text": "已做"}).status_code == 303
    assert browser.get(f"{here}finish/").status_code == 405
    assert browser.post(f"{here}nothing/", {}).status_code == 404
    assert door.post(f"{here}judge/", {"text": "x"}).status_code == 422
    waits = door.post(f"{here}judge/", {"effective": "yes", "text": "降了"})
    assert waits.status_code == 409
    PreventiveAction.objects.update(check_due_at=timezone.now())
    watching.count_effects(at=timezone.now())
    judged = {"effective": "no", "text": "没有变化"}
    assert door.post(f"{here}judge/", judged).status_code == 303
    action.refresh_from_db()
    assert action.status == "not_effective"
    assert action.successors.get().number in door.get(here).content.decode()
    stranger = Client()
    stranger.force_login(
        UserFactory.create(
            role=Role.DEPARTMENT_HANDLER, department=department("finance")
        )
    )
    assert stranger.get(here).status_code == 404
    assert stranger.post(f"{here}cancel/", {"reason": "x"}).status_code == 404


@pytest.mark.parametrize("bad", ["\x00", "9" * 30, "-1", "x"])
def test_strange_values_are_refused_in_words(door: Client, bad: str) -> None:
    action = frequent()
    given = {"subtype": bad, "reason": bad, "department": bad, "owner": bad}
    assert door.post(f"{ACTIONS}new/", given).status_code == 422
    assert (
        door.post(f"{ACTIONS}{action.number}/assign/", {"to": bad}).status_code == 422
    )
    unit = {"serial_number": "S", "reason": "坏", "device": bad}
    assert door.post(UNITS, unit).status_code == 422
    asked = {"serial": bad, "model": bad, "subtype": bad, "device_model": bad}
    assert door.get(UNITS, asked).status_code == 200
    assert door.get(f"{ACTIONS}new/", asked).status_code == 200
    month = str(Month.of(timezone.now()))
    for cut in ("model", "subtype", bad):
        query = {"stage": "open", "month": month, "cut": cut, "key": bad}
        assert door.get("/desk/", query).status_code == 200
    assert PreventiveAction.objects.count() == 1
    assert Quarantine.objects.count() == 0


def test_one_is_opened_by_hand_once(door: Client) -> None:
    filled: dict[str, Any] = {
        "subtype": "fee/extra_charge",
        "reason": "上门费每月都有争议",
        "department": "finance",
        "owner": "",
        "numbers": "",
        "client_token": str(uuid.uuid4()),
    }
    refused = door.post(f"{ACTIONS}new/", {**filled, "reason": " ", "numbers": "OB1"})
    assert refused.status_code == 422
    assert {"reason", "numbers"} <= set(refused.context["form"].errors)
    first, second = (door.post(f"{ACTIONS}new/", filled) for _ in range(2))
    assert (first.status_code, first["Location"]) == (303, second["Location"])
    again = door.post(f"{ACTIONS}new/", {**filled, "client_token": ""})
    assert again.status_code == 409
    action = PreventiveAction.objects.get()
    assert (action.department, action.subtype.code) == (
        department("finance"),
        "extra_charge",
    )


@pytest.mark.clause("OB-10")
def test_a_unit_is_kept_back_and_everybody_who_offers_it_knows(
    door: Client, boss: User
) -> None:
    device = Device.objects.for_rent().first()
    assert device is not None
    finding = concluded(serial_number="S-7", device_model=device.name_zh)
    concluded(serial_number="s-7", device_model=device.name_zh, phone="13900139000")
    case = f"/desk/objections/{finding.objection.number}/"
    assert "repeated findings" in door.get(f"{case}context/").content.decode()
    shown = door.get(UNITS, {"serial": "S-7", "model": device.name_zh})
    assert finding.objection.number in shown.content.decode()
    assert shown.context["form"].initial["device"] == device.code
    filled = {"serial_number": "S-7", "device": device.code, "reason": "两次主板故障"}
    assert door.post(UNITS, {**filled, "reason": ""}).status_code == 422
    assert [door.post(UNITS, filled).status_code for _ in range(2)] == [303, 303]
    row = Quarantine.objects.get()
    assert (row.device, row.by) == (device, boss)
    context = door.get(f"{case}context/").content.decode()
    assert "This serial number is in quarantine." in context
    assert "两次主板故障" in context
    agent = Client()
    agent.force_login(UserFactory.create())
    assert agent.post(f"{UNITS}{row.pk}/lift/", {"reason": "好"}).status_code == 404
    lift = f"{UNITS}{row.pk}/lift/"
    assert door.post(lift, {"reason": " "}).status_code == 422
    assert door.post(lift, {"reason": "主板已更换"}).status_code == 303
    assert Quarantine.objects.standing().count() == 0
    general = Client()
    general.force_login(UserFactory.create(role=Role.GENERAL_MANAGER))
    assert general.post(UNITS, filled).status_code == 403
    assert general.post(lift, {"reason": "x"}).status_code == 403


def test_the_back_office_shows_how_many_units_are_kept_back(
    client: Client, boss: User
) -> None:
    device = Device.objects.for_rent().first()
    for serial in ("A-1", "A-2"):
        quarantining.put(
            serial_number=serial,
            reason="坏",
            device=device,
            by=boss,
            at=timezone.now(),
        )
    client.force_login(UserFactory.create(role=Role.ADMINISTRATOR))
    assert device is not None
    page = client.get(f"/admin/catalog/device/{device.pk}/change/").content.decode()
    assert "A-1" in page
    assert "A-2" in page
    listed = client.get("/admin/catalog/device/", {"q": device.code}).content.decode()
    assert ">2<" in re.sub(r"\s+", "", listed)
    units = client.get("/admin/catalog/quarantine/").content.decode()
    assert "A-1" in units
    assert client.get("/admin/objections/frequencyrule/").status_code == 200
