"""Administrators word scripts and phrases; every wording stays in the history."""

from typing import Any

import pytest
from django.test import Client

from knowledge.models import Phrase, PromiseLimit, Script
from staff.models import User

pytestmark = pytest.mark.django_db

SCRIPTS = "/admin/knowledge/script/"
PHRASES = "/admin/knowledge/phrase/"


def phrase(**changes: Any) -> dict[str, Any]:
    return {
        "kind": "vague",
        "text": "大致",
        "meaning_en": "roughly",
        "clause": "CM-13",
        "replacement": "约___",
        "exceptions": "大致相同,大致一样",
        "enabled": "on",
        **changes,
    }


def script(row: Script, **changes: Any) -> dict[str, Any]:
    return {
        "title_zh": row.title_zh,
        "title_en": row.title_en,
        "text": row.text,
        "gloss_en": row.gloss_en,
        "channels": ",".join(row.channels),
        "position": row.position,
        "enabled": "on",
        **changes,
    }


def test_a_phrase_is_entered_and_its_author_is_kept(
    office: Client, administrator: User
) -> None:
    office.post(f"{PHRASES}add/", phrase())
    row = Phrase.objects.get(text="大致")
    assert row.exceptions == ["大致相同", "大致一样"]
    assert row.history.get().history_user == administrator


def test_the_same_phrase_twice_or_one_without_letters_is_refused(
    office: Client,
) -> None:
    for changes in ({"text": "可能"}, {"text": "。。"}, {"exceptions": "另外"}):
        answer = office.post(f"{PHRASES}add/", phrase(**changes))
        assert answer.status_code == 200
    assert not Phrase.objects.filter(replacement="约___", meaning_en="roughly").exists()


@pytest.mark.clause("IN-20")
def test_a_phrase_of_the_policy_keeps_its_words(office: Client) -> None:
    row = Phrase.objects.get(text="不知道")
    changed = phrase(text="好", enabled="", exceptions="", replacement="我来核实")
    office.post(f"{PHRASES}{row.pk}/change/", changed)
    row.refresh_from_db()
    assert (row.text, row.kind, row.enabled) == ("不知道", "forbidden", True)
    assert row.replacement == "我来核实"


def test_a_new_text_of_a_script_is_a_new_version_with_its_author(
    office: Client, administrator: User
) -> None:
    row = Script.objects.get(code="APOLOGY")
    old = row.text
    office.post(
        f"{SCRIPTS}{row.pk}/change/", script(row, text="很抱歉。", channels="hotline")
    )
    row.refresh_from_db()
    assert (row.text, row.version, row.channels) == ("很抱歉。", 2, ["hotline"])
    newest, first = row.history.all()
    assert (newest.history_user, newest.version) == (administrator, 2)
    assert (first.text, first.version) == (old, 1)
    page = office.get(f"{SCRIPTS}{row.pk}/history/").content.decode()
    assert old in page
    assert administrator.display_name in page


def test_the_opening_that_the_policy_fixes_is_said_in_words(office: Client) -> None:
    row = Script.objects.get(code="FOLLOW_UP")
    answer = office.post(f"{SCRIPTS}{row.pk}/change/", script(row, text="谢谢"))
    assert "The policy fixes how this text begins" in answer.content.decode()
    row.refresh_from_db()
    assert row.version == 1


def test_an_earlier_text_that_is_put_back_is_a_new_version(
    office: Client,
) -> None:
    row = Script.objects.get(code="APOLOGY")
    office.post(f"{SCRIPTS}{row.pk}/change/", script(row, text="很抱歉。"))
    first = row.history.last()
    url = f"{SCRIPTS}{row.pk}/history/{first.pk}/"
    assert first.text in office.get(url).content.decode()
    office.post(url, script(row, text=first.text))
    row.refresh_from_db()
    assert (row.text, row.version) == (first.text, 3)
    assert row.history.count() == 3


@pytest.mark.parametrize("url", [SCRIPTS, PHRASES])
def test_words_are_switched_off_never_deleted(office: Client, url: str) -> None:
    row = (Script if url == SCRIPTS else Phrase).objects.last()
    assert row is not None
    answer = office.post(f"{url}{row.pk}/delete/", {"post": "yes"})
    assert answer.status_code == 403


def test_a_limit_of_promises_is_changed_and_neither_added_nor_deleted(
    office: Client,
) -> None:
    row = PromiseLimit.objects.get(role="agent")
    url = "/admin/knowledge/promiselimit/"
    assert office.get(f"{url}add/").status_code == 403
    assert office.post(f"{url}{row.pk}/delete/", {"post": "yes"}).status_code == 403
    office.post(f"{url}{row.pk}/change/", {"role": "manager", "amount": "350.00"})
    row.refresh_from_db()
    assert (row.role, str(row.amount)) == ("agent", "350.00")
    assert row.history.first().history_user is not None
    negative = office.post(f"{url}{row.pk}/change/", {"amount": "-1"})
    assert negative.status_code == 200
    row.refresh_from_db()
    assert str(row.amount) == "350.00"
