"""How to reach us: the page, the block for other sites, the text, a store's page."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from time_machine import travel

from tests.instants import local
from tests.stores import store
from tickets.models import Channel

pytestmark = pytest.mark.django_db

PAGE, BLOCK, TEXT = "/channels/", "/channels/embed/", "/channels/menu.txt"
EVERYWHERE = pytest.mark.parametrize("path", [PAGE, BLOCK, TEXT])


def body(customer: Client, path: str) -> str:
    answer = customer.get(path)
    assert answer.status_code == 200
    return str(answer.content.decode())


@EVERYWHERE
@pytest.mark.clause(
    "IN-10", "IN-11", "IN-12", "IN-13", "SH-18", "CM-02", "CC-03", "CC-07"
)
def test_every_channel_in_use_is_told_everywhere(customer: Client, path: str) -> None:
    """IN-10 to IN-13."""
    shown = body(customer, path)
    for channel in Channel.objects.all():
        assert channel.name_en in shown
    Channel.objects.filter(code="weibo").update(
        takes_inquiries=False, takes_objections=False
    )
    assert "Weibo" not in body(customer, path)


@EVERYWHERE
def test_what_each_takes_and_when_is_told(customer: Client, path: str) -> None:
    shown = body(customer, path)
    assert "Questions and objections" in shown
    assert "Questions: 24 hours, 7 days" in shown
    assert "When closed, ask online" in shown or "when closed, ask online" in shown


@EVERYWHERE
def test_an_address_that_the_company_entered_is_told_and_no_other(
    customer: Client, path: str
) -> None:
    assert "400-800-1234" not in body(customer, path)
    Channel.objects.filter(code="hotline").update(
        address_kind="phone", address="400-800-1234"
    )
    Channel.objects.filter(code="wechat_oa").update(address="守时直播设备")
    shown = body(customer, path)
    assert "400-800-1234" in shown
    assert "守时直播设备" in shown
    assert ('href="tel:4008001234"' in shown) is (path != TEXT)


def test_a_link_that_went_wrong_in_the_database_is_not_followed(
    customer: Client,
) -> None:
    Channel.objects.filter(code="ecommerce").update(
        address_kind="link", address="javascript:alert(1)"
    )
    for path in (PAGE, BLOCK):
        assert 'href="javascript' not in body(customer, path)


@pytest.mark.parametrize(
    ("at", "word", "today", "next_day", "later"),
    [
        ("2026-11-23 10:00", "Handled now", "09:00–21:00", "Tomorrow", "09:00–21:00"),
        (
            "2026-11-23 22:00",
            "Not handled now",
            "09:00–21:00",
            "Tomorrow",
            "09:00–21:00",
        ),
        ("2026-11-27 10:00", "Handled now", "09:00–21:00", "Tomorrow", "10:00–18:00"),
        (
            "2026-10-01 09:30",
            "Not handled now",
            "10:00–18:00",
            "Tomorrow",
            "10:00–18:00",
        ),
    ],
)
def test_the_window_of_objections_is_told_for_today_and_the_next_day(
    customer: Client, at: str, word: str, today: str, next_day: str, later: str
) -> None:
    with travel(local(at), tick=False):
        shown = body(customer, PAGE)
    panel = shown[shown.index("window-title") : shown.index('id="ways"')]
    assert word in panel
    assert panel.index("Today") < panel.index(today) < panel.index(next_day)
    assert later in panel[panel.index(next_day) :]


@EVERYWHERE
def test_a_store_is_told_with_its_hours_and_address(
    customer: Client, path: str
) -> None:
    store(hours={"monday": "10:00-26:00"}, phone="010-88886666")
    store("closed", name_en="Old store", active=False)
    shown = body(customer, path)
    for word in (
        "Haidian store",
        "海淀路 1 号",
        "010-88886666",
        "10:00–02:00 the next day",
    ):
        assert word in shown
    assert "Old store" not in shown


@EVERYWHERE
def test_the_list_asks_the_same_however_many_stores_there_are(
    customer: Client, path: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(4):
        store(f"store-{number}", follows_holidays=True)
    body(customer, path)
    with django_assert_num_queries(4):
        body(customer, path)


@pytest.mark.clause("IN-11")
def test_other_sites_frame_exactly_the_block(customer: Client) -> None:
    """IN-11."""
    for path in ("/", "/ask/", "/privacy/", PAGE, TEXT, BLOCK, "/channels/embed/x/"):
        headers = customer.get(path).headers
        frames = "frame-ancestors *" in headers["Content-Security-Policy"]
        assert frames is (path == BLOCK)
        assert ("X-Frame-Options" not in headers) is (path == BLOCK)


def test_the_block_has_no_form_no_script_and_sets_no_cookie(customer: Client) -> None:
    answer = customer.get(BLOCK)
    assert not answer.cookies
    shown = answer.content.decode()
    assert "<form" not in shown
    assert "<script" not in shown
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_the_block_and_the_text_speak_the_language_that_the_address_names() -> None:
    reader = Client(headers={"accept-language": "en"})
    for path in (BLOCK, TEXT):
        answer = reader.get(path, {"lang": "zh-hans"})
        assert "咨询热线" in answer.content.decode()
        assert answer.headers["Content-Language"] == "zh-hans"
        nonsense = reader.get(path, {"lang": "xx\x00"}).content.decode()
        assert "Hotline" in nonsense


def test_the_text_is_plain(customer: Client) -> None:
    answer = customer.get(TEXT)
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert "/channels/" in answer.content.decode().splitlines()[-1]


@pytest.mark.clause("IN-15")
@pytest.mark.parametrize(
    ("at", "closed"), [("2026-11-23 20:59", ""), ("2026-11-23 21:00", "closed")]
)
@pytest.mark.parametrize("path", ["/stores/haidian/", "/ask/?store=haidian"])
def test_whoever_scans_a_poster_learns_that_the_store_is_closed_and_whom_to_ask(
    customer: Client, path: str, at: str, closed: str
) -> None:
    """IN-15."""
    store()
    with travel(local(at), tick=False):
        shown = body(customer, path)
    assert ("Closed now" in shown) is bool(closed)
    assert ("Open now" in shown) is not closed
    assert ("非营业时间请拨打咨询热线或扫码进入在线客服" in shown) is bool(closed)


def test_a_store_that_there_is_not_is_a_404_and_no_obstacle_to_asking(
    customer: Client,
) -> None:
    store("closed", active=False)
    for code in ("closed", "nowhere"):
        assert customer.get(f"/stores/{code}/").status_code == 404
        answer = customer.get("/ask/", {"store": f"{code}"})
        assert answer.status_code == 200
        assert "store-state" not in answer.content.decode()
    assert customer.get("/ask/", {"store": "x\x00y"}).status_code == 200
