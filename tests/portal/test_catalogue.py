"""A stranger looks at devices, compares them, and works out a price."""

import html
import re
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from catalog.models import Device, Scene
from helpdesk import fragments

ORDER = [
    ("device", "CAM-06"),
    ("quantity", "1"),
    ("device", "MIC-01"),
    ("quantity", "1"),
    ("days", "7"),
    ("delivery", "same_city"),
]


def read(
    customer: Client, path: str, *pairs: tuple[str, str], status: int = 200
) -> str:
    answer = customer.get(f"{path}?{urlencode(pairs)}")
    assert answer.status_code == status, answer.content.decode()
    return html.unescape(answer.content.decode())


def codes(page: str) -> list[str]:
    """The devices of a list, in order."""
    return re.findall(r'href="/devices/([A-Z0-9-]+)/"', page)


def amounts(page: str) -> list[str]:
    return re.findall(r'<td class="digits">([^<]+)</td>', page)


def test_home_and_header_lead_to_the_catalogue(customer: Client) -> None:
    page = read(customer, "/")
    assert 'class="door" href="/devices/"' in page
    assert '<a href="/prices/">' in page


def test_the_catalogue_lists_every_device_for_rent_under_its_kind(
    customer: Client,
) -> None:
    page = read(customer, "/devices/")
    assert len(codes(page)) == Device.objects.filter(active=True).count() == 38
    assert page.index("Live camera</h3>") < page.index("Encoder</h3>")
    assert "¥180.00" in page


def test_a_retired_device_is_nowhere(customer: Client) -> None:
    Device.objects.filter(code="CAM-06").update(active=False)
    assert "CAM-06" not in codes(read(customer, "/devices/"))
    read(customer, "/devices/CAM-06/", status=404)
    assert codes(read(customer, "/compare/", ("device", "CAM-06"))) == []
    page = read(customer, "/prices/", *ORDER, status=422)
    assert "no longer for rent" in page


def test_no_piece_is_kept_for_each_of_the_thousands_of_rankings(
    customer: Client,
) -> None:
    fragments._kept.cache_clear()
    read(customer, "/devices/", ("scale", "solo"))
    before = fragments._kept.cache_info().currsize
    for scene in Scene.values:
        read(customer, "/devices/", ("scene", scene), ("need", "portability"))
    assert fragments._kept.cache_info().currsize == before


@pytest.mark.clause("IN-30", "IN-31", "IN-32", "IN-33")
def test_the_best_fit_stands_first(customer: Client) -> None:
    page = read(
        customer,
        "/devices/",
        ("scene", "outdoor_mobile"),
        ("scale", "solo"),
        ("need", "portability"),
        ("category", "live_camera"),
    )
    assert codes(page)[:3] == ["CAM-02", "CAM-03", "CAM-04"]
    assert page.count("Cheapest that suits well") == 1


@pytest.mark.clause("IN-36")
def test_the_cheapest_that_suits_well_is_marked(customer: Client) -> None:
    page = read(
        customer,
        "/devices/",
        ("scene", "indoor_fixed"),
        ("scale", "solo"),
        ("need", "image_quality"),
        ("category", "live_camera"),
    )
    assert codes(page)[:3] == ["CAM-05", "CAM-03", "CAM-08"]
    marked = page.split("Cheapest that suits well")[0]
    assert codes(marked)[-1] == "CAM-03"


def test_half_a_wish_filters_too(customer: Client) -> None:
    page = read(customer, "/devices/", ("scale", "multi_interview"))
    assert "CAM-01" not in codes(page)
    assert codes(read(customer, "/devices/", ("category", "tripod"))) == ["TRI-01"]


def test_nothing_fits_says_why_and_offers_to_ask(customer: Client) -> None:
    page = read(
        customer, "/devices/", ("scene", "outdoor_mobile"), ("category", "tripod")
    )
    assert codes(page) == ["TRI-01"]
    Device.objects.filter(category="tripod").update(outdoor_mobile=1)
    page = read(
        customer, "/devices/", ("scene", "outdoor_mobile"), ("category", "tripod")
    )
    assert codes(page) == []
    assert "“Outdoors, on the move · Tripod”" in page
    assert 'href="/ask/?topic=device_selection"' in page


def test_kits_of_the_scene_lead_to_their_price(customer: Client) -> None:
    page = read(customer, "/devices/", ("scene", "outdoor_mobile"), ("scale", "solo"))
    assert "Outdoor kit for one" in page
    assert "Indoor kit for one" not in page
    (query,) = re.findall(r'href="/prices/\?(device=[^"]+)"', page)
    priced = customer.get(f"/prices/?{query}&days=1&delivery=store_pickup")
    assert "−¥30.00" in amounts(html.unescape(priced.content.decode()))  # of 300
    assert "Ready kits" not in read(customer, "/devices/", ("category", "tripod"))


def test_made_up_filters_are_left_out(customer: Client) -> None:
    page = read(customer, "/devices/", ("scene", "moon\x00"), ("need", "<b>"))
    assert len(codes(page)) == 38


def test_htmx_gets_the_list_alone(customer: Client) -> None:
    answer = customer.get("/devices/?scale=solo", headers={"hx-request": "true"})
    page = answer.content.decode()
    assert "<html" not in page
    assert page.count('id="devices"') == 1
    assert 'hx-swap-oob="innerHTML:#told"' in page
    assert "HX-Request" in answer["Vary"]


@pytest.mark.clause("IN-34", "IN-46", "IN-47", "IN-48")
def test_a_device_page_tells_all_there_is(customer: Client) -> None:
    page = read(customer, "/devices/CAM-07/")
    for text in (
        "¥400.00",
        "¥1,800.00",
        "¥4,800.00",
        "¥13,800.00",
        "SDI over long distances",
        "Large, needs",
        "within 48 hours of the confirmed order",
        "Collected at the store",
        "it takes about 60 minutes",
        "A visit costs ¥500.00",
        "excellent",
        "2350 g",
    ):
        assert text in page, text
    assert "/ask/?topic=device_selection&device=CAM-07" in page


def test_a_device_that_does_not_exist_is_a_404(customer: Client) -> None:
    read(customer, "/devices/NONE-1/", status=404)


def test_asking_about_a_device_names_it_in_the_text(customer: Client) -> None:
    page = read(customer, "/ask/", ("topic", "device_selection"), ("device", "CAM-06"))
    name = Device.objects.get(code="CAM-06").name_en
    assert f"About {name} (CAM-06): </textarea>" in page
    assert page.count(" checked") == 1
    strange = read(customer, "/ask/", ("device", "\x00"), ("device", "NONE"))
    assert "About" not in strange.split("<textarea")[1].split("</textarea>")[0]


@pytest.mark.clause("IN-37", "IN-38")
def test_a_price_shows_every_line_with_zero_ones(customer: Client) -> None:
    page = read(customer, "/prices/", *ORDER, ("insurance", "1"))
    assert amounts(page) == [
        "¥810.00",
        "¥270.00",
        "−¥54.00",
        "¥0.00",
        "¥251.98",
        "¥0.00",
        "¥0.00",
        "¥1,277.98",
        "¥5,800.00",
        "¥7,077.98",
    ]
    assert "Only from 30 days" in page
    assert "Only for a first order" in page


@pytest.mark.clause("IN-38")
def test_a_first_order_pays_less_and_delivery_again(customer: Client) -> None:
    page = read(customer, "/prices/", *ORDER, ("insurance", "1"), ("first_order", "1"))
    assert "¥1,235.38" in amounts(page)


@pytest.mark.clause("IN-39", "IN-40")
def test_a_price_tells_how_to_pay_and_when_the_deposit_returns(
    customer: Client,
) -> None:
    page = read(customer, "/prices/", *ORDER)
    assert "WeChat Pay" in page
    assert "The refund begins within 3 working days." in page
    assert "The devices are back" in page


def test_nothing_is_chosen_for_the_customer_in_the_calculator(
    customer: Client,
) -> None:
    page = read(customer, "/prices/", ("device", "CAM-06"))
    assert " checked" not in page
    assert "Here stands every line" in page


def test_a_longer_lease_that_costs_less_is_offered(customer: Client) -> None:
    page = read(
        customer,
        "/prices/",
        ("device", "CAM-06"),
        ("quantity", "1"),
        ("days", "20"),
        ("delivery", "store_pickup"),
    )
    assert "21 days would cost less: ¥1,429.75" in page
    assert "days=21" in page


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("days", "0", "Choose from 1 to 1095 days."),
        ("days", "-3", "Choose from 1 to 1095 days."),
        ("days", "10000", "Choose from 1 to 1095 days."),
        ("days", "", "Give a whole number."),
        ("days", "many", "Give a whole number."),
        ("days", "²", "Give a whole number."),
        ("days", "9" * 5000, "Give a whole number."),
        ("quantity", "0", "Choose from 1 to 500 pieces."),
        ("quantity", "1.5", "Give a whole number."),
        ("quantity", "501", "Choose from 1 to 500 pieces."),
        ("device", "CAM-99", "There is no device “CAM-99”."),
        ("device", "a\x00b", "There is no device"),
        ("device", "", "Choose at least one device."),
        ("delivery", "", "Choose how the devices reach you."),
        ("delivery", "moon", "There is no such way of delivery."),
    ],
)
def test_bad_input_is_named_and_the_rest_is_kept(
    customer: Client, name: str, value: str, words: str
) -> None:
    asked = {
        "device": "MIC-01",
        "quantity": "2",
        "days": "7",
        "delivery": "same_city",
        "insurance": "1",
    }
    page = read(customer, "/prices/", *(asked | {name: value}).items(), status=422)
    assert words in page
    assert 'name="insurance" value="1" checked' in page
    if name != "delivery":
        assert 'value="same_city" checked' in page
    assert "Payable" not in page


def test_another_device_adds_a_row_without_a_script(customer: Client) -> None:
    page = read(customer, "/prices/", *ORDER, ("more", "1"))
    assert page.count('<select class="form-select" id="device-') == 3
    assert "Payable</th>" not in page


def test_htmx_gets_the_price_alone(customer: Client) -> None:
    answer = customer.get(
        f"/prices/?{urlencode(ORDER)}", headers={"hx-request": "true"}
    )
    page = answer.content.decode()
    assert "<html" not in page
    assert page.count('id="price"') == 1
    assert '<div hx-swap-oob="innerHTML:#told"><p>Payable ¥1,026.00</p></div>' in page


def test_working_out_prices_is_throttled_with_a_time(customer: Client) -> None:
    path = f"/prices/?{urlencode(ORDER)}"
    answers = [customer.get(path) for _ in range(25)]
    refused = [one for one in answers if one.status_code == 429]
    assert len(refused) == 5
    assert int(refused[0]["Retry-After"]) >= 1
    again = customer.get(path, headers={"hx-request": "true"})
    assert (again.status_code, again["HX-Reswap"]) == (429, "none")


@pytest.mark.clause("IN-34")
def test_devices_stand_side_by_side(customer: Client) -> None:
    page = read(customer, "/compare/", ("device", "CAM-06"), ("device", "CAM-02"))
    assert codes(page) == ["CAM-06", "CAM-02"]
    assert "20x optical zoom" in page
    assert "20x" in page
    assert amounts(page)[:2] == ["¥810.00", "¥360.00"]


def test_at_most_four_are_compared(customer: Client) -> None:
    chosen = [("device", f"CAM-0{n}") for n in range(1, 7)]
    page = read(customer, "/compare/", *chosen, ("device", "CAM-01"))
    assert codes(page) == ["CAM-01", "CAM-02", "CAM-03", "CAM-04"]
    assert "Four fit side by side" in page


@pytest.mark.parametrize("chosen", [[], [("device", "NONE")], [("device", "\x00")]])
def test_nothing_to_compare_leads_to_the_list(
    customer: Client, chosen: list[tuple[str, str]]
) -> None:
    page = read(customer, "/compare/", *chosen)
    assert "Nothing to compare yet" in page
    assert 'href="/devices/"' in page


def test_looking_stores_nothing(customer: Client) -> None:
    with CaptureQueriesContext(connection) as asked:
        for path in ("/devices/", "/devices/CAM-06/", "/prices/", "/compare/"):
            read(customer, path, *ORDER)
    read_only = ("SELECT", "EXECUTE catalog_")
    assert [one["sql"] for one in asked if not one["sql"].startswith(read_only)] == []


@pytest.mark.parametrize("path", ["/devices/", "/devices/CAM-06/", "/prices/"])
def test_the_catalogue_is_only_looked_at(customer: Client, path: str) -> None:
    assert customer.post(path).status_code == 405


@pytest.mark.parametrize(
    ("path", "pairs", "count"),
    [
        ("/devices/", [], 2),
        ("/devices/", [("scene", "outdoor_mobile"), ("need", "portability")], 2),
        ("/devices/CAM-06/", [], 3),
        ("/compare/", [("device", f"CAM-0{n}") for n in range(1, 5)], 1),
        ("/prices/", [], 2),
        ("/prices/", ORDER, 13),
    ],
)
def test_pages_take_a_constant_number_of_queries(
    customer: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
    path: str,
    pairs: list[tuple[str, str]],
    count: int,
) -> None:
    with django_assert_num_queries(count):
        read(customer, path, *pairs)


def test_devices_are_described_in_the_readers_language(customer: Client) -> None:
    english = read(customer, "/devices/CAM-07/")
    assert "Large, needs a professional operator" in english
    assert "never point the lens at the sun" in english
    assert "体积大" not in english
    assert "Large, needs a professional operator" in read(customer, "/devices/")
    answer = customer.get("/devices/CAM-07/", headers={"Accept-Language": "zh-hans"})
    page = answer.content.decode()
    assert "体积大，需专业摄像师" in page
    assert "Large, needs" not in page


def test_what_nobody_put_into_english_is_shown_and_marked_as_chinese(
    customer: Client,
) -> None:
    Device.objects.filter(code="CAM-07").update(cons_en="")
    for path in ("/devices/CAM-07/", "/devices/"):
        page = read(customer, path)
        assert re.search(r'lang="zh-Hans">.{0,1200}体积大', page, re.DOTALL)
    pair = (("device", "CAM-07"), ("device", "CAM-06"))
    compared = read(customer, "/compare/", *pair)
    assert '<td lang="zh-Hans">体积大，需专业摄像师</td>' in compared
    assert "<td>Little background blur</td>" in compared
