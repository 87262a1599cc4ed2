"""Who enters the back-office, what stands in it, and under which policy."""

import pytest
from django.contrib import admin
from django.test import Client

from knowledge.models import Script
from objections.models import Subtype
from orders.models import Order
from sla.models import PolicyVersion
from staff.models import Role
from tests.factories import UserFactory, channel
from tests.orders.files import brought, example
from tickets.models import Channel

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_for_everyone_else_the_back_office_does_not_exist(
    client: Client, role: Role
) -> None:
    client.force_login(UserFactory.create(role=role))
    for url in ("/admin/", "/admin/staff/user/", "/admin/login/"):
        assert client.get(url, follow=True).status_code == 404


def test_strangers_sign_in_where_everyone_does_and_come_back(client: Client) -> None:
    answer = client.get("/admin/staff/user/", follow=True)
    assert answer.redirect_chain[-1][0] == ("/accounts/login/?next=/admin/staff/user/")


def test_only_configuration_and_imported_facts_stand_in_it() -> None:
    assert {model.__name__ for model in admin.site._registry} == {
        "Accessory",
        "ApiToken",
        "ApprovalRule",
        "CalendarVersion",
        "Channel",
        "DamageGrade",
        "DemandKind",
        "DeliveryZone",
        "Department",
        "DepositWaiver",
        "Device",
        "DiscountRule",
        "EvidenceKind",
        "ImportRun",
        "FrequencyRule",
        "Kit",
        "LawArticle",
        "MeasureKind",
        "Order",
        "PaymentMethod",
        "Phrase",
        "PolicyVersion",
        "PromiseLimit",
        "Quarantine",
        "Route",
        "RowChange",
        "Script",
        "Shift",
        "Subtype",
        "Terms",
        "User",
    }


PAGES = [
    "/admin/",
    "/admin/staff/user/",
    "/admin/staff/user/add/",
    "/admin/staff/department/",
    "/admin/staff/department/add/",
    "/admin/staff/shift/",
    "/admin/staff/shift/add/",
    "/admin/staff/apitoken/",
    "/admin/tickets/channel/",
    "/admin/tickets/channel/add/",
    "/admin/knowledge/script/",
    "/admin/knowledge/script/add/",
    "/admin/catalog/device/",
    "/admin/catalog/device/add/",
    "/admin/catalog/device/import/",
    "/admin/catalog/kit/",
    "/admin/catalog/kit/add/",
    "/admin/catalog/discountrule/",
    "/admin/catalog/discountrule/add/",
    "/admin/catalog/deliveryzone/",
    "/admin/catalog/deliveryzone/add/",
    "/admin/catalog/depositwaiver/",
    "/admin/catalog/depositwaiver/add/",
    "/admin/catalog/damagegrade/",
    "/admin/catalog/damagegrade/add/",
    "/admin/catalog/accessory/",
    "/admin/catalog/accessory/add/",
    "/admin/catalog/paymentmethod/",
    "/admin/catalog/paymentmethod/add/",
    "/admin/catalog/terms/",
    "/admin/catalog/terms/1/change/",
    "/admin/catalog/terms/1/history/",
    "/admin/knowledge/phrase/",
    "/admin/knowledge/phrase/add/",
    "/admin/objections/subtype/",
    "/admin/objections/subtype/add/",
    "/admin/objections/demandkind/",
    "/admin/objections/demandkind/add/",
    "/admin/objections/route/",
    "/admin/objections/route/add/",
    "/admin/objections/evidencekind/",
    "/admin/objections/evidencekind/add/",
    "/admin/objections/lawarticle/",
    "/admin/objections/lawarticle/add/",
    "/admin/objections/measurekind/",
    "/admin/objections/measurekind/add/",
    "/admin/objections/approvalrule/",
    "/admin/objections/approvalrule/add/",
    "/admin/orders/order/?q=ORD-1",
    "/admin/orders/importrun/",
    "/admin/orders/rowchange/",
    "/admin/objections/frequencyrule/",
    "/admin/objections/frequencyrule/add/",
    "/admin/catalog/quarantine/",
    "/admin/sla/policyversion/",
    "/admin/sla/calendarversion/",
]


@pytest.mark.parametrize("url", PAGES)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_opens_in_both_languages(
    office: Client, url: str, language: str
) -> None:
    answer = office.get(url, headers={"Accept-Language": language})
    assert answer.status_code == 200
    assert f'lang="{language}"' in answer.content.decode()


def test_the_relaxed_policy_allows_no_inline_script_and_no_foreign_host(
    office: Client,
) -> None:
    policy = office.get("/admin/")["Content-Security-Policy"]
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert directives["script-src"] == "'self' 'unsafe-eval'"
    assert directives["style-src"] == "'self' 'unsafe-inline'"
    assert directives["default-src"] == "'none'"
    assert "http" not in policy
    assert "*" not in policy


@pytest.mark.parametrize("url", ["/desk/", "/", "/admin/nothing/here/"])
def test_the_relaxed_policy_ends_at_the_door(office: Client, url: str) -> None:
    assert "unsafe" not in office.get(url)["Content-Security-Policy"]


def test_the_words_that_the_policy_fixes_cannot_be_changed(office: Client) -> None:
    greeting = Script.objects.get(code="GREETING")
    url = f"/admin/knowledge/script/{greeting.pk}/change/"
    page = office.get(url).content.decode()
    assert greeting.text in page
    assert "IN-25" in page
    changed = {"title_zh": "问候", "title_en": "Hello", "gloss_en": "", "position": 3}
    office.post(url, {**changed, "text": "喂", "verbatim": "", "enabled": ""})
    before, greeting = greeting, Script.objects.get(code="GREETING")
    assert greeting.title_zh == "问候"
    assert greeting.text == before.text
    assert greeting.verbatim
    assert greeting.enabled


def test_other_scripts_are_the_companys_to_word(office: Client) -> None:
    script = Script.objects.get(code="APOLOGY")
    office.post(
        f"/admin/knowledge/script/{script.pk}/change/",
        {
            "title_zh": script.title_zh,
            "title_en": script.title_en,
            "text": "非常抱歉",
            "gloss_en": "",
            "position": 3,
            "enabled": "on",
        },
    )
    script.refresh_from_db()
    assert script.text == "非常抱歉"


def test_a_channel_is_switched_but_keeps_its_code(office: Client) -> None:
    hotline = channel("hotline")
    office.post(
        f"/admin/tickets/channel/{hotline.pk}/change/",
        {
            "code": "phone",
            "address_kind": hotline.address_kind,
            "name_zh": "热线",
            "name_en": "Hotline",
            "icon": "phone",
            "position": 2,
            "takes_objections": "on",
        },
    )
    hotline = Channel.objects.get(pk=hotline.pk)
    assert (hotline.code, hotline.takes_inquiries, hotline.takes_objections) == (
        "hotline",
        False,
        True,
    )


def test_a_published_policy_is_read_not_changed(office: Client) -> None:
    version = PolicyVersion.objects.get()
    url = f"/admin/sla/policyversion/{version.pk}/change/"
    page = office.get(url).content.decode()
    assert "IN-24" in page
    assert "0:00:30" in page
    assert office.post(url, {"number": 9}).status_code == 403
    assert office.get("/admin/sla/policyversion/add/").status_code == 403
    assert (
        office.post(
            f"/admin/sla/policyversion/{version.pk}/delete/", {"post": "yes"}
        ).status_code
        == 403
    )


@pytest.mark.clause("OB-30")
def test_the_company_adds_a_subtype_and_its_code_stays(office: Client) -> None:
    row = {
        "type": "quality",
        "code": "smell",
        "name_zh": "异味",
        "name_en": "It smells",
        "position": "30",
        "active": "on",
    }
    assert office.post("/admin/objections/subtype/add/", row).status_code == 302
    made = Subtype.objects.get(type="quality", code="smell")
    changed = {**row, "code": "other_code", "type": "fee", "name_en": "It reeks"}
    office.post(f"/admin/objections/subtype/{made.pk}/change/", changed)
    made.refresh_from_db()
    assert (made.type, made.code, made.name_en) == ("quality", "smell", "It reeks")


@pytest.mark.clause("OB-47", "OB-48")
def test_an_imported_order_is_read_whole_and_changed_by_nobody(office: Client) -> None:
    brought(*example())
    order = Order.objects.get(number="ZL20261120031")
    page = f"/admin/orders/order/{order.pk}/change/"
    shown = office.get(page).content.decode()
    for words in ("HT20261120031", "KK20261129-011", "XA60-0122", "PS20261120-3"):
        assert words in shown, words
    assert order.phone_index not in shown
    for path in (page, "/admin/orders/order/add/", f"{page[:-7]}delete/"):
        assert office.post(path, {"number": "X"}).status_code == 403
    order.refresh_from_db()
    assert order.number == "ZL20261120031"
    found = office.get("/admin/orders/order/?q=XA60-0122").content.decode()
    assert "ZL20261120031" in found
    assert "ZL20261128017" not in found
