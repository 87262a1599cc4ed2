"""A channel's address is a number to dial, a link to open, or a name to look for."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from tests.factories import channel
from tickets.addresses import check_address, href_of
from tickets.models import Channel


@pytest.mark.parametrize(
    ("kind", "text", "href"),
    [
        ("phone", "400-800-1234", "tel:4008001234"),
        ("phone", "95588", "tel:95588"),
        ("phone", "+86 138 0013 8000", "tel:+8613800138000"),
        (
            "link",
            "https://shop.example.com/rent?id=1",
            "https://shop.example.com/rent?id=1",
        ),
        ("mail", "help@example.com", "mailto:help@example.com"),
        ("name", "守时直播设备", ""),
        ("phone", "", ""),
        ("link", "", ""),
    ],
)
def test_an_address_leads_where_its_kind_says(kind: str, text: str, href: str) -> None:
    check_address(kind, text)
    assert href_of(kind, text) == href


@pytest.mark.parametrize(
    ("kind", "text", "code"),
    [
        ("phone", "call us", "address_phone"),
        ("phone", "12", "address_phone"),
        ("phone", "400-800-1234;ext=1", "address_phone"),
        ("link", "javascript:alert(1)", "address_link"),
        ("link", "shop.example.com", "address_link"),
        ("mail", "help@", "address_mail"),
    ],
)
def test_what_leads_nowhere_is_refused_and_never_becomes_a_link(
    kind: str, text: str, code: str
) -> None:
    with pytest.raises(ValidationError) as refusal:
        check_address(kind, text)
    assert refusal.value.code == code
    assert href_of(kind, text) == ""


@pytest.mark.django_db
def test_a_channel_refuses_an_address_that_is_none() -> None:
    hotline = channel("hotline")
    hotline.address_kind, hotline.address = "phone", "ring ring"
    with pytest.raises(ValidationError) as refusal:
        hotline.full_clean()
    assert set(refusal.value.error_dict) == {"address"}


@pytest.mark.django_db
def test_the_database_knows_the_kinds_of_address() -> None:
    with pytest.raises(IntegrityError, match="channel_address_kind_known"):
        Channel.objects.filter(code="hotline").update(address_kind="pigeon")


@pytest.mark.django_db
@pytest.mark.clause("IN-12")
def test_the_four_online_channels_of_the_policy_take_questions() -> None:
    """IN-12."""
    online = Channel.objects.in_use().filter(offline=False, takes_inquiries=True)
    assert {"hotline", "app_chat", "ecommerce", "wechat_oa"} <= {c.code for c in online}


@pytest.mark.django_db
@pytest.mark.clause("IN-13")
def test_the_two_offline_channels_of_the_policy_take_questions() -> None:
    """IN-13."""
    offline = Channel.objects.in_use().filter(offline=True, takes_inquiries=True)
    assert [channel.code for channel in offline] == ["store", "onsite_demo"]
