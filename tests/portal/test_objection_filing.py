"""A customer files an objection at the portal, from a phone, without an account."""

import io
import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image
from pytest_django import DjangoAssertNumQueries

from objections.models import Objection
from tests.orders.files import brought, order
from tests.portal.conftest import picture
from tickets.models import Attachment, StagedFile
from tickets.services import staging

pytestmark = pytest.mark.django_db

FORM, UPLOADS = "/objections/new/", "/objections/uploads/"
PART = "application/offset+octet-stream"
FILLED: dict[str, Any] = {
    "what": "quality/function_fault",
    "order_number": "ORD-1",
    "device_model": "Sony FX3",
    "description": "摄像机开机两分钟后黑屏。",
    "occurred_at": "2026-11-22T20:00",
    "demands": ["replace_device", "compensation"],
    "amount-compensation": "¥1,280.50",
    "surname": "欧阳",
    "phone": "138 0013 8000",
    "no_account": "on",
}


def fill(**changes: Any) -> dict[str, Any]:
    return {**FILLED, "client_token": str(uuid.uuid4()), **changes}


def begin(
    customer: Client,
    *,
    size: object,
    name: str = "a.png",
    token: uuid.UUID | None = None,
) -> Any:
    return customer.post(
        UPLOADS,
        {"client_token": str(token or uuid.uuid4()), "name": name},
        headers={"Upload-Length": str(size)},
    )


def send_part(customer: Client, path: str, offset: object, content: bytes) -> Any:
    return customer.patch(
        path, content, content_type=PART, headers={"Upload-Offset": str(offset)}
    )


def send_file(
    customer: Client, file: SimpleUploadedFile, token: uuid.UUID | None = None
) -> Any:
    """As the form sends a small file: make room, then all of it in one part."""
    content = file.read()
    begun = begin(customer, size=len(content), name=file.name or "", token=token)
    if begun.status_code != 201 or begun.json()["whole"]:
        return begun
    return send_part(customer, begun["Location"], begun["Upload-Offset"], content)


@pytest.mark.clause("OB-31", "OB-37", "OB-41", "OB-43")
def test_a_filled_form_becomes_an_objection_with_number_and_promises(
    customer: Client,
) -> None:
    answer = customer.post(FORM, fill())
    objection = Objection.objects.get()
    assert answer.status_code == 303
    assert answer["Location"] == f"/objections/{objection.number}/"
    assert objection.channel.code == "website_message"
    assert (objection.type, objection.customer_type) == ("quality", "quality")
    assert {it.kind.code: it.amount for it in objection.demands.all()} == {
        "replace_device": None,
        "compensation": Decimal("1280.50"),
    }
    assert objection.form_complete_at is not None
    page = customer.get(answer["Location"]).content.decode()
    assert objection.number in page
    assert "已收到异议,将尽快处理" in page
    assert "The responsible department has it" in page
    assert "You have our result" in page
    assert "is not confirmed" in page


def test_the_same_form_sent_twice_is_one_objection(customer: Client) -> None:
    form = fill()
    first, second = customer.post(FORM, form), customer.post(FORM, form)
    assert first["Location"] == second["Location"]
    assert Objection.objects.count() == 1


def test_a_form_that_was_mended_after_it_was_filed_is_not_taken_for_filed(
    customer: Client,
) -> None:
    form = fill()
    customer.post(FORM, form)
    for changes in ({"description": "另一台"}, {"order_number": "ORD-2"}):
        refused = customer.post(FORM, form | changes)
        assert refused.status_code == 409
        page = refused.content.decode()
        assert "An earlier version of this has been sent already." in page
        assert form["client_token"] not in page
    script = customer.post(FORM, form | changes, headers={"HX-Request": "true"})
    assert (script.status_code, script["HX-Trigger"]) == (409, "sent:otherwise")
    assert Objection.objects.count() == 1


@pytest.mark.clause("OB-40", "OB-41", "OB-38")
@pytest.mark.parametrize(
    ("what", "field", "value", "text"),
    [
        ("quality/other", "order_number", "", "Please give the order number"),
        ("quality/other", "device_model", "", "Please give the model"),
        ("quality/other", "occurred_at", "", "Please say when it happened"),
        ("quality/other", "occurred_at", "2099-01-01T10:00", "lies in the future"),
        ("quality/other", "occurred_at", "0001-01-01T00:00", "check the year"),
        ("quality/other", "occurred_at", "gestern", "give day and time"),
        ("quality/other", "description", "  ", "Please describe what happened"),
        ("quality/other", "demands", [], "choose at least one"),
        ("quality/other", "demands", ["gold"], "is not one of"),
        ("quality/other", "phone", "12", "not a phone number"),
        ("quality/other", "surname", "", "how to address you"),
        ("fee/invoice", "amount", "", "amount in dispute"),
        ("fee/invoice", "amount", "12.345", "at most two decimals"),
        ("fee/invoice", "amount", "-5", "above 0"),
        ("fee/invoice", "amount", "viel", "amount in yuan"),
        ("contract/other", "contract_number", "", "number of the contract"),
        ("return/other", "returned_at", "", "when the device was collected"),
        ("service/low_efficiency", "process_step", "", "which step was slow"),
        ("service/attitude", "named_colleague", "9999999", "this work number"),
        ("quality/nonsense", "surname", "王", "does not belong to the type"),
        ("", "surname", "王", "I am not sure"),
    ],
)
def test_what_is_missing_or_wrong_is_said_beside_it_and_nothing_is_lost(
    customer: Client, what: str, field: str, value: Any, text: str
) -> None:
    answer = customer.post(FORM, fill(what=what, **{field: value}))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert text in page
    assert not Objection.objects.exists()
    if field != "description":
        assert FILLED["description"] in page


def test_a_customer_who_is_unsure_files_all_the_same(customer: Client) -> None:
    answer = customer.post(FORM, fill(what="unsure", occurred_at="", order_number=""))
    assert answer.status_code == 303
    assert Objection.objects.get().type == ""


@pytest.mark.clause("OB-04", "OB-30")
def test_the_form_offers_five_types_with_24_subtypes_and_nothing_ticked(
    customer: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(2):
        page = customer.get(FORM).content.decode()
    assert page.count('<details class="type-group"') == 5
    assert page.count('name="what"') == 25
    assert " checked>" not in page


def test_files_come_with_the_form_where_no_script_runs(customer: Client) -> None:
    customer.post(FORM, fill(files=[picture("a.png"), picture("b.png")]))
    message = Objection.objects.get().messages.earliest("pk")
    assert [it.name for it in message.attachments.all()] == ["a.png", "b.png"]


def test_the_same_form_with_files_sent_twice_at_once_is_one_objection(
    customer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second click finds the files claimed by the first, which it overtook."""
    sent = [send_file(customer, picture()).json()["id"]]
    form = fill(staged=sent)
    first: list[Any] = []
    contents = staging.contents

    def overtaken(staged: list[StagedFile]) -> Any:
        if not first:
            first.append(None)
            first[0] = customer.post(FORM, form)
        return contents(staged)

    monkeypatch.setattr(staging, "contents", overtaken)
    second = customer.post(FORM, form)
    assert (first[0].status_code, second.status_code) == (303, 303)
    assert first[0]["Location"] == second["Location"]
    assert Objection.objects.count() == Attachment.objects.count() == 1


# --- files sent one by one -----------------------------------------------------------


def test_a_file_sent_before_the_form_is_claimed_by_it(customer: Client) -> None:
    sent = [send_file(customer, picture(f"{n}.png")).json()["id"] for n in range(4)]
    paths = [it.file.path for it in StagedFile.objects.all()]
    answer = customer.post(FORM, fill(staged=sent))
    assert answer.status_code == 303
    names = Attachment.objects.order_by("pk").values_list("name", flat=True)
    assert list(names) == ["0.png", "1.png", "2.png", "3.png"]
    assert not StagedFile.objects.exists()
    assert not any(_exists(path) for path in paths)


def _exists(path: str) -> bool:
    try:
        with open(path, "rb"):  # noqa: PTH123
            return True
    except FileNotFoundError:
        return False


def test_a_file_sent_again_after_a_lost_answer_is_one_file(customer: Client) -> None:
    token = uuid.uuid4()
    first = send_file(customer, picture(), token)
    second = send_file(customer, picture(), token)
    assert first.json() == second.json()
    assert StagedFile.objects.count() == 1


def test_the_place_of_a_photo_is_gone_before_it_is_kept(customer: Client) -> None:
    content = io.BytesIO()
    image = Image.new("RGB", (8, 6), "teal")
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (31.0, 11.0, 36.0)}
    image.save(content, "JPEG", exif=exif)
    assert b"Exif" in content.getvalue()
    send_file(customer, SimpleUploadedFile("p.jpg", content.getvalue()))
    staged = StagedFile.objects.get()
    with staged.file.open("rb") as file:
        assert b"Exif" not in file.read()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("photo.jpg", b"PK\x03\x04zip"),
        ("drawing.svg", b"<svg onload='x'/>"),
        ("empty.png", b""),
    ],
)
def test_a_file_that_is_no_picture_is_refused_by_content(
    customer: Client, name: str, content: bytes
) -> None:
    answer = send_file(customer, SimpleUploadedFile(name, content, "image/jpeg"))
    assert answer.status_code == 422
    assert name in answer.json()["error"]
    assert not StagedFile.objects.exists()


def test_nobody_claims_or_removes_the_file_of_another_browser(
    customer: Client,
) -> None:
    mine = send_file(customer, picture()).json()["id"]
    other = Client(headers={"accept-language": "en"})
    send_file(other, picture())
    assert other.delete(f"{UPLOADS}{mine}/").status_code == 204
    assert other.post(FORM, fill(staged=[mine])).status_code == 422
    assert Client().post(FORM, fill(staged=[mine])).status_code == 422
    assert StagedFile.objects.count() == 2
    assert not Objection.objects.exists()
    assert customer.delete(f"{UPLOADS}{mine}/").status_code == 204
    assert StagedFile.objects.count() == 1


def test_an_objection_is_never_filed_without_a_file_that_was_swept(
    customer: Client,
) -> None:
    mine = send_file(customer, picture()).json()["id"]
    now = timezone.now()
    assert staging.sweep(at=now + timedelta(hours=23)) == 0
    assert staging.sweep(at=now + timedelta(hours=25)) == 1
    answer = customer.post(FORM, fill(staged=[mine]))
    assert answer.status_code == 422
    assert "choose it again" in answer.content.decode()
    assert not Objection.objects.exists()


def test_ten_files_are_one_too_many(customer: Client) -> None:
    sent = [send_file(customer, picture()).json()["id"] for _ in range(10)]
    answer = customer.post(FORM, fill(staged=sent))
    assert answer.status_code == 422
    assert "At most 9 files" in answer.content.decode()


def test_form_and_uploads_are_throttled(customer: Client) -> None:
    answers = [customer.post(FORM, {}).status_code for _ in range(6)]
    assert answers == [422] * 5 + [429]
    sent = [begin(customer, size=0).status_code for _ in range(31)]
    assert sent == [422] * 30 + [429]


def test_htmx_gets_the_messages_alone_and_is_sent_on_when_it_is_filed(
    customer: Client,
) -> None:
    headers = {"HX-Request": "true"}
    wrong = customer.post(FORM, fill(phone=""), headers=headers)
    assert wrong.status_code == 422
    assert wrong["HX-Reswap"] == "none"
    assert 'id="error-phone"' in wrong.content.decode()
    assert "<form" not in wrong.content.decode()
    right = customer.post(FORM, fill(), headers=headers)
    assert right["HX-Redirect"] == f"/objections/{Objection.objects.get().number}/"


@pytest.mark.clause("OB-40")
def test_an_order_of_somebody_else_and_one_of_nobody_are_refused_in_the_same_words(
    customer: Client,
) -> None:
    brought(order(number="THEIRS", customer_phone="13912345678"))
    refusals = []
    for number in ("THEIRS", "NOBODYS"):
        answer = customer.post(
            FORM, fill(order_number=number), headers={"Accept-Language": "en"}
        )
        assert answer.status_code == 422
        (told,) = answer.context["slots"]["order_confirmed"]
        assert answer.context["slots"]["order_number"] == []
        refusals.append(told.replace(number, "X"))
    assert len(set(refusals)) == 1
    assert "no order X under this phone number" in refusals[0]
    assert not Objection.objects.exists()
    # Nobody is turned away: who says that it is right files all the same.
    answer = customer.post(FORM, fill(order_number="THEIRS", order_confirmed="on"))
    assert answer.status_code == 303
    # One's own needs no word, and no order needs none.
    brought(order(number="MINE", customer_phone="13800138000"))
    assert customer.post(FORM, fill(order_number="MINE")).status_code == 303
    unsure = fill(order_number="", what="unsure")
    assert customer.post(FORM, unsure).status_code == 303
    assert Objection.objects.count() == 3
