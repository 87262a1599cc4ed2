"""The search: what was said is found by any part, exactly, and by nobody else."""

import random

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from helpdesk import searching
from inquiries import services
from inquiries.models import Inquiry
from objections.models import Objection
from staff.models import User
from tests.factories import InquiryFactory, department
from tests.objections.cases import filed
from tickets.models import Direction, Message, Ticket

pytestmark = pytest.mark.django_db

LIST = "/desk/list/"
# Letters of several widths, beyond the first plane, joined, and what LIKE would read as signs.
LETTERS = "aAbBéÉßÄä0 9％Ａａ两台摄像机一二𠮷𠀀😀👍🏽\u200d%_\\'\n"


def rows(client: Client, **query: str) -> list[str]:
    """The numbers of the rows, from top to bottom."""
    listing = client.get(LIST, query).context["listing"]
    return [row.number for row in listing.rows]


def text(of: random.Random, shortest: int, longest: int) -> str:
    return "".join(of.choices(LETTERS, k=of.randint(shortest, longest)))


def test_an_index_of_pairs_misses_nothing_and_finds_nothing_else() -> None:
    """As a scan of all texts does, for 400 wishes in 300 texts."""
    of = random.Random(7)  # noqa: S311 - the same texts each time
    ticket = InquiryFactory.create()
    Message.objects.bulk_create(
        Message(
            ticket=ticket,
            direction=Direction.IN,
            text=text(of, 0, 60),
            sent_at=timezone.now(),
        )
        for _ in range(300)
    )
    texts = dict(Message.objects.values_list("pk", "text"))
    wishes = [text(of, 1, 3) for _ in range(200)]
    for whole in of.choices([it for it in texts.values() if it], k=200):
        start = of.randrange(len(whole))
        wishes.append(whole[start : start + of.randint(1, 8)].swapcase())
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    for words in wishes:
        says = Message.objects.filter(text__says=words).order_by()
        scan = {pk for pk, it in texts.items() if words.lower() in it.lower()}
        assert set(says.values_list("pk", flat=True)) == scan, words
        read = Message.objects.filter(text__reads=words)
        assert set(read.values_list("pk", flat=True)) == scan, words
    assert "message_says" in says.explain()


def case(**asked: object) -> Inquiry:
    return InquiryFactory.create(**{"at": timezone.now(), **asked})


def test_it_finds_what_was_said_and_what_names_a_case_the_newest_first(
    desk: Client, agent: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Among the newest, which are read, and by the indexes alike."""
    early = case(surname="欧阳", phone="", text="Does the FX3 take 100% of the load?")
    noted = case(surname="王", phone="13800138000")
    services.write_note(noted, text="客户说要青铜支架", by=agent, at=timezone.now())
    late = filed(at=timezone.now(), surname="Ng", serial_number="SN-88_7")
    Objection.objects.filter(pk=late.pk).update(description="后来写下的经过")
    expected: dict[str, list[Ticket]] = {
        "fx3 TAKE": [early],
        "100%": [early],
        "100_": [],
        "%%": [],
        "青铜支架": [noted],
        "欧阳": [early],
        "阳": [],
        "欧": [early],
        "n": [late],
        "8000": [late, noted],
        "800": [],
        "-88_": [late],
        "的经过": [late],
        late.number[3:-2].lower(): [late],
        "20": [late, noted, early],
        "没有人说过": [],
    }
    for words, found in expected.items():
        for probe in (1000, 1, 0):
            monkeypatch.setattr(searching, "PROBE", probe)
            hits = searching.Search(words, agent, {}).newest(9)
            assert [it.id for it in hits] == [it.pk for it in found], words
    assert rows(desk, q="20") == [it.number for it in (late, noted, early)]


def test_a_row_shows_where_it_was_found_as_text(desk: Client) -> None:
    case(surname="王", text="一二三四五六七八九十甲乙丙丁<b>FX3</b>好")
    assert "…丙丁&lt;b&gt;<mark>FX3</mark>&lt;/b&gt;好" in (
        desk.get(LIST, {"q": "fx3"}).content.decode()
    )
    page = desk.get(LIST, {"q": "甲", "view": "mine"}).content.decode()
    assert "<mark>" not in page


def test_nobody_finds_what_is_not_theirs(
    client: Client, handler: User, agent: User
) -> None:
    """Not by a frequent word, which the newest have, nor by a rare one."""
    theirs, ours = case(text="青铜支架"), case(text="青铜支架")
    Ticket.objects.filter(pk=ours.pk).update(department=department("technical_support"))
    client.force_login(handler)
    assert rows(client, q="青铜") == [ours.number]
    assert rows(client, q=theirs.number) == []


@pytest.mark.parametrize(
    "words", ["\0", "好\0", " ", "9" * 10_000, "\\", "%", "'", "好"]
)
def test_no_words_break_it(desk: Client, words: str) -> None:
    case()
    assert desk.get("/desk/", {"q": words}).status_code == 200
    assert list(searching.matching(Ticket.objects.all(), words)) == []
