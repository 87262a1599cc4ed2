"""Ways in: one-time links, passwords, second factors; and who stays out."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import StringIO
from threading import Barrier

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
)
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from staff.models import ApiToken, Role, SignInLink, User
from staff.services import (
    hash_of,
    make_sign_in_link,
    use_sign_in_link,
    user_of_api_token,
)
from tests.factories import AT, UserFactory, department

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery staple"


def link_of(person: User) -> str:
    return f"/sign-in/{make_sign_in_link(person, at=timezone.now())}/"


def who(client: Client) -> str | None:
    return client.session.get("_auth_user_id")


def test_looking_at_a_link_does_not_use_it_up(client: Client) -> None:
    person = UserFactory.create(display_name="林晓")
    url = link_of(person)
    for _ in range(3):
        page = client.get(url)
        assert "林晓" in page.content.decode()
        assert "no-store" in page["Cache-Control"]
    assert client.head(url).status_code == 200
    assert who(client) is None
    assert SignInLink.objects.get().used_at is None


def test_a_link_signs_in_once(client: Client) -> None:
    person = UserFactory.create()
    url = link_of(person)
    assert client.post(url)["Location"] == "/desk/"
    assert who(client) == str(person.pk)
    second = Client()
    assert second.post(url).status_code == 404
    assert who(second) is None


@pytest.mark.parametrize(
    ("role", "door"),
    [
        (Role.AGENT, "/desk/"),
        (Role.SUPERVISOR, "/supervision/"),
        (Role.MANAGER, "/supervision/"),
        (Role.GENERAL_MANAGER, "/supervision/"),
        (Role.ADMINISTRATOR, "/admin/"),
    ],
)
def test_each_role_comes_to_its_own_door(client: Client, role: Role, door: str) -> None:
    assert client.post(link_of(UserFactory.create(role=role)))["Location"] == door


@pytest.mark.parametrize(
    ("code", "door"),
    [
        ("contract_management", "/desk/contract-requests/"),
        ("technical_support", "/desk/repairs/"),
        ("finance", "/desk/"),
    ],
)
def test_a_handler_comes_to_the_list_of_their_department(
    client: Client, code: str, door: str
) -> None:
    person = UserFactory.create(
        role=Role.DEPARTMENT_HANDLER, department=department(code)
    )
    assert client.post(link_of(person))["Location"] == door
    assert client.get(door).status_code == 200


def test_a_link_ends_after_twelve_hours() -> None:
    person = UserFactory.create()
    token = make_sign_in_link(person, at=AT)
    assert use_sign_in_link(token, at=AT + timedelta(hours=12)) is None
    assert (
        use_sign_in_link(token, at=AT + timedelta(hours=12, microseconds=-1)) == person
    )


def test_a_newer_link_ends_the_older() -> None:
    person = UserFactory.create()
    older = make_sign_in_link(person, at=AT)
    newer = make_sign_in_link(person, at=AT + timedelta(seconds=1))
    assert use_sign_in_link(older, at=AT + timedelta(seconds=2)) is None
    assert use_sign_in_link(newer, at=AT + timedelta(seconds=2)) == person


def test_a_deactivated_person_has_no_way_in(client: Client) -> None:
    person = UserFactory.create(username="gone")
    url = link_of(person)
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert client.post(url).status_code == 404
    client.post("/accounts/login/", {"login": "gone", "password": PASSWORD})
    assert who(client) is None


@pytest.mark.parametrize("token", ["guess", "%00", "%ED%A0%80", "x" * 5000])
def test_a_link_that_we_did_not_make_is_404(client: Client, token: str) -> None:
    assert client.get(f"/sign-in/{token}/").status_code == 404
    assert client.post(f"/sign-in/{token}/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_instant_sign_in_once() -> None:
    token = make_sign_in_link(UserFactory.create(), at=AT)
    start = Barrier(4)

    def click(_number: int) -> bool:
        try:
            start.wait(timeout=10)
            return use_sign_in_link(token, at=AT) is not None
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(click, range(4))) == [False, False, False, True]


@pytest.mark.parametrize(
    "cookie", ['"\\000aaaaaaaaaaaaaaaa"', "short", "a" * 5000, "../../etc/passwd", ""]
)
def test_a_cookie_that_is_not_ours_is_a_stranger_not_a_crash(
    client: Client, cookie: str
) -> None:
    for url, status in (("/", 200), ("/desk/", 302)):
        answer = client.get(url, headers={"Cookie": f"sessionid={cookie}"})
        assert answer.status_code == status


def test_a_link_asks_for_the_second_factor_of_those_who_have_one(
    client: Client,
) -> None:
    person = UserFactory.create()
    secret = generate_totp_secret()
    TOTP.activate(person, secret)
    answer = client.post(link_of(person))
    assert answer["Location"] == "/accounts/2fa/authenticate/"
    assert who(client) is None
    assert client.get("/desk/").status_code == 302
    assert client.get(answer["Location"]).status_code == 200

    client.post(answer["Location"], {"code": "000000"})
    assert who(client) is None
    counter = int(timezone.now().timestamp()) // 30
    code = format_hotp_value(hotp_value(secret, counter))
    assert client.post(answer["Location"], {"code": code})["Location"] == "/desk/"
    assert who(client) == str(person.pk)


def test_a_password_signs_in_by_user_name_and_asks_for_the_second_factor_too(
    client: Client,
) -> None:
    person = UserFactory.create(username="anna", email="anna@example.cn")
    body = {"login": "anna", "password": PASSWORD}
    assert client.post("/accounts/login/", body)["Location"] == "/desk/"
    assert who(client) == str(person.pk)

    TOTP.activate(person, generate_totp_secret())
    second = Client()
    answer = second.post("/accounts/login/", body)
    assert answer["Location"] == "/accounts/2fa/authenticate/"
    assert who(second) is None


def test_a_mail_address_is_no_user_name(client: Client) -> None:
    UserFactory.create(username="anna", email="anna@example.cn")
    client.post("/accounts/login/", {"login": "anna@example.cn", "password": PASSWORD})
    assert who(client) is None


def test_guessing_passwords_is_throttled(client: Client) -> None:
    UserFactory.create(username="anna")
    for _ in range(6):
        client.post("/accounts/login/", {"login": "anna", "password": "wrong"})
    client.post("/accounts/login/", {"login": "anna", "password": PASSWORD})
    assert who(client) is None


def test_too_many_tries_to_sign_in_are_told_when_to_come_back(client: Client) -> None:
    form = {"login": "nobody", "password": "wrong"}
    answers = [client.post("/accounts/login/", form) for _ in range(31)]
    assert answers[-1].status_code == 429
    assert answers[-1]["Retry-After"] == "60"


def test_without_redis_people_still_sign_in(client: Client, no_redis: None) -> None:
    person = UserFactory.create(username="anna")
    client.post("/accounts/login/", {"login": "anna", "password": PASSWORD})
    assert who(client) == str(person.pk)
    assert Client().post(link_of(person)).status_code == 302


@pytest.mark.parametrize(
    "url",
    [
        "/accounts/signup/",
        "/accounts/password/reset/",
        "/accounts/email/",
        "/accounts/confirm-email/",
        "/accounts/3rdparty/",
    ],
)
def test_nobody_signs_up_or_resets_by_mail(client: Client, url: str) -> None:
    assert client.get(url).status_code == 404
    assert client.post(url, {"username": "x", "email": "a@b.cn"}).status_code == 404


@pytest.mark.parametrize(
    "url",
    [
        "/accounts/2fa/",
        "/accounts/2fa/totp/activate/",
        "/accounts/2fa/webauthn/",
        "/accounts/2fa/webauthn/add/",
        "/accounts/password/set/",
        "/accounts/logout/",
    ],
)
def test_one_who_came_by_link_can_set_up_factors_and_a_password(
    client: Client, url: str
) -> None:
    person = UserFactory.create()
    person.set_unusable_password()
    person.save()
    client.post(link_of(person))
    assert client.get(url).status_code == 200


def test_recovery_codes_come_with_a_second_factor(client: Client) -> None:
    person = UserFactory.create()
    person.set_unusable_password()
    person.save()
    client.post(link_of(person))
    page = client.get("/accounts/2fa/totp/activate/")
    secret = page.context["form"].secret
    code = format_hotp_value(hotp_value(secret, int(timezone.now().timestamp()) // 30))
    client.post("/accounts/2fa/totp/activate/", {"code": code})
    assert set(
        Authenticator.objects.filter(user=person).values_list("type", flat=True)
    ) == {"totp", "recovery_codes"}
    assert client.get("/accounts/2fa/recovery-codes/").status_code == 200


def test_the_command_prints_links_that_work(client: Client) -> None:
    UserFactory.create(username="anna")
    UserFactory.create(username="bo")
    out = StringIO()
    call_command("sign_in_link", "anna", "bo", base="http://desk.cn/", stdout=out)
    lines = out.getvalue().splitlines()
    assert [line.split()[0] for line in lines] == ["anna", "bo"]
    match = re.fullmatch(r"anna http://desk\.cn(/sign-in/[\w-]{43}/)", lines[0])
    assert match
    assert client.post(match[1]).status_code == 302


def test_the_command_prints_a_token_of_which_only_the_hash_is_kept() -> None:
    person = UserFactory.create(username="anna")
    out = StringIO()
    call_command("api_token", "anna", stdout=out)
    token = out.getvalue().strip()
    assert user_of_api_token(token) == person
    assert ApiToken.objects.get().token_hash == hash_of(token) != token
    call_command("api_token", "anna", revoke=True, stdout=StringIO())
    assert user_of_api_token(token) is None


@pytest.mark.parametrize("command", ["api_token", "sign_in_link"])
def test_a_command_for_nobody_says_so(command: str) -> None:
    UserFactory.create(username="gone", is_active=False)
    for name in ("nobody", "gone"):
        with pytest.raises(CommandError, match=f"no active person named {name}"):
            call_command(command, name)
    assert not ApiToken.objects.exists()


def test_no_link_is_stored_as_it_is() -> None:
    token = make_sign_in_link(UserFactory.create(), at=AT)
    assert SignInLink.objects.get().token_hash == hash_of(token) != token
