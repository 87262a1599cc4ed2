"""Administrators enter people, let them in by link, and switch them off."""

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import IntegrityError, transaction
from django.test import Client

from staff.models import ApiToken, Role, User
from staff.services import make_api_token, user_of_api_token
from tests.factories import AT, UserFactory, department

pytestmark = pytest.mark.django_db

PEOPLE = "/admin/staff/user/"
LINK = re.compile(r"http://testserver(/sign-in/[\w-]+/)")


def entered(**changes: Any) -> dict[str, Any]:
    return {
        "display_name": "李雷",
        "username": "lilei",
        "work_number": "4001",
        "capacity": "5",
        "role": Role.AGENT.value,
        "department": department().pk,
        "supervisor": "",
        "is_active": "on",
        **changes,
    }


def test_a_person_is_entered_without_a_password(office: Client) -> None:
    office.post(f"{PEOPLE}add/", entered())
    person = User.objects.get(username="lilei")
    assert not person.has_usable_password()
    assert not person.is_staff


def test_the_form_asks_for_no_password(office: Client) -> None:
    assert b'type="password"' not in office.get(f"{PEOPLE}add/").content


@pytest.mark.parametrize("url", ["add/", "{pk}/change/"])
def test_entering_a_person_or_asking_for_it_shows_their_one_time_link(
    office: Client, url: str
) -> None:
    button = {"_save": ""}
    if url != "add/":
        url = url.format(pk=UserFactory.create().pk)
        button = {"save_and_make_link": ""}
        assert "save_and_make_link" in office.get(f"{PEOPLE}{url}").content.decode()
    answer = office.post(f"{PEOPLE}{url}", entered(**button))
    (path,) = LINK.findall(answer.content.decode())
    assert "no-store" in answer["Cache-Control"]
    fresh = Client()
    assert fresh.post(path).status_code == 302
    assert fresh.get("/desk/").status_code == 200


def test_links_for_several_people_leave_out_those_who_are_not_active(
    office: Client,
) -> None:
    here, gone = UserFactory.create(), UserFactory.create(is_active=False)
    answer = office.post(
        PEOPLE, {"action": "make_links", "_selected_action": [here.pk, gone.pk]}
    )
    page = answer.content.decode()
    assert len(LINK.findall(page)) == 1
    assert "not active" in page


def test_a_handler_needs_a_department(office: Client) -> None:
    answer = office.post(
        f"{PEOPLE}add/", entered(role=Role.DEPARTMENT_HANDLER.value, department="")
    )
    assert answer.status_code == 200
    assert "belongs to a department" in answer.content.decode()
    assert not User.objects.filter(username="lilei").exists()


def test_who_becomes_administrator_may_enter_and_who_ceases_may_not(
    office: Client,
) -> None:
    person = UserFactory.create(username="lilei", work_number="4001")
    theirs = Client()
    theirs.force_login(person)
    for role, status in ((Role.ADMINISTRATOR, 200), (Role.AGENT, 404)):
        office.post(f"{PEOPLE}{person.pk}/change/", entered(role=role.value))
        answer = theirs.get("/admin/", follow=True)
        assert answer.status_code == status


def test_the_database_refuses_flags_that_contradict_the_role(
    administrator: User,
) -> None:
    agent = UserFactory.create()
    for flags in ({"is_staff": True}, {"is_superuser": True}):
        refused = pytest.raises(IntegrityError, match="run_the_back_office")
        with refused, transaction.atomic():
            User.objects.filter(pk=agent.pk).update(**flags)
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=administrator.pk).update(is_staff=False)


def test_saving_only_the_role_saves_the_flags_too(db: None) -> None:
    person = UserFactory.create()
    person.role = Role.ADMINISTRATOR
    person.save(update_fields=["role"])
    person.refresh_from_db()
    assert person.is_staff
    assert person.is_superuser


def test_administrators_cannot_lock_themselves_out(
    office: Client, administrator: User
) -> None:
    office.post(
        f"{PEOPLE}{administrator.pk}/change/",
        entered(username="boss", role=Role.AGENT.value, is_active=""),
    )
    administrator.refresh_from_db()
    assert administrator.username == "boss"
    assert administrator.is_active
    assert administrator.role == Role.ADMINISTRATOR


def test_a_deactivated_person_is_out_at_once(office: Client) -> None:
    person = UserFactory.create(username="lilei", work_number="4001")
    theirs = Client()
    theirs.force_login(person)
    token = make_api_token(person, at=AT)
    assert theirs.get("/desk/").status_code == 200
    office.post(f"{PEOPLE}{person.pk}/change/", entered(is_active=""))
    assert theirs.get("/desk/").status_code == 302
    assert user_of_api_token(token) is None


def test_nobody_is_deleted(office: Client) -> None:
    person = UserFactory.create()
    answer = office.post(f"{PEOPLE}{person.pk}/delete/", {"post": "yes"})
    assert answer.status_code == 403
    office.post(PEOPLE, {"action": "delete_selected", "_selected_action": [person.pk]})
    assert User.objects.filter(pk=person.pk).exists()


def test_a_lost_phone_can_be_forgotten(office: Client) -> None:
    person = UserFactory.create()
    Authenticator.objects.create(user=person, type="totp", data={})
    office.post(PEOPLE, {"action": "forget_factors", "_selected_action": [person.pk]})
    assert not Authenticator.objects.filter(user=person).exists()


def test_tokens_are_listed_and_revoked_never_shown(office: Client) -> None:
    person = UserFactory.create()
    token = make_api_token(person, at=AT)
    row = ApiToken.objects.get(user=person)
    url = "/admin/staff/apitoken/"
    for page in (url, f"{url}{row.pk}/change/"):
        content = office.get(page).content.decode()
        assert token not in content
        assert row.token_hash not in content
    office.post(url, {"action": "revoke", "_selected_action": [row.pk]})
    assert user_of_api_token(token) is None
    assert office.get(f"{url}add/").status_code == 403
