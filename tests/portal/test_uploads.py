"""Files of a form come part by part: what the line lost goes on where it broke."""

import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client, override_settings
from django.utils import timezone

from objections.models import Objection
from tests.portal.conftest import picture
from tests.portal.test_objection_filing import (
    FORM,
    PART,
    UPLOADS,
    begin,
    fill,
    send_file,
    send_part,
)
from tests.tickets import pictures
from tests.tickets.test_videos import PLACE, video
from tickets.models import Attachment, StagedFile
from tickets.services import staging

pytestmark = pytest.mark.django_db


def stranger(address: str = "192.0.2.7") -> Client:
    return Client(headers={"accept-language": "en"}, REMOTE_ADDR=address)


def test_a_file_goes_on_after_its_last_byte_and_is_inspected_when_it_is_whole(
    customer: Client,
) -> None:
    content, token = video(), uuid.uuid4()
    begun = begin(customer, size=len(content), name="clip.mov", token=token)
    path = begun["Location"]
    assert (begun.status_code, begun["Upload-Offset"]) == (201, "0")
    first = send_part(customer, path, 0, content[:100])
    assert (first.status_code, first["Upload-Offset"]) == (200, "100")
    # The answer was lost; the page was loaded again and asks how far it has come.
    told = customer.head(path)
    assert told["Upload-Offset"] == "100"
    assert told["Upload-Length"] == str(len(content))
    again = begin(customer, size=len(content), name="clip.mov", token=token)
    assert (again["Location"], again["Upload-Offset"]) == (path, "100")
    assert customer.post(FORM, fill(staged=[again.json()["id"]])).status_code == 422
    last = send_part(customer, path, 100, content[100:])
    whole = {"id": begun.json()["id"], "name": "clip.mov", "size": len(content)}
    assert last.json() == {**whole, "whole": True}
    assert begin(customer, size=len(content), token=token).json() == last.json()
    assert not Objection.objects.exists()
    assert customer.post(FORM, fill(staged=[whole["id"]])).status_code == 303
    kept = Attachment.objects.get()
    with kept.file.open("rb") as file:
        assert PLACE not in file.read()
    assert kept.content_type == "video/quicktime"
    assert not StagedFile.objects.exists()


def test_a_part_that_is_not_the_next_one_is_refused_with_the_right_place(
    customer: Client,
) -> None:
    content = picture().read()
    path = begin(customer, size=len(content))["Location"]
    for offset in (1, len(content), 10**14):
        wrong = send_part(customer, path, offset, content[:9])
        assert (wrong.status_code, wrong["Upload-Offset"]) == (409, "0")
    assert send_part(customer, path, 0, content[:9]).status_code == 200
    # A second page sends the same part: the first one's stands.
    twice = send_part(customer, path, 0, bytes(9))
    assert (twice.status_code, twice["Upload-Offset"]) == (409, "9")
    assert send_part(customer, path, 9, content[9:]).json()["whole"]
    late = send_part(customer, path, 9, bytes(9))
    assert late.status_code == 409
    staged = StagedFile.objects.get()
    with staged.file.open("rb") as file:
        assert file.read(4) == b"\x89PNG"


def test_a_file_that_is_thrown_away_while_it_comes_to_its_end_leaves_nothing(
    customer: Client,
) -> None:
    content = pictures.PDF
    path = begin(customer, size=len(content), name="a.pdf")["Location"]
    seen = StagedFile.objects.get()
    send_part(customer, path, 0, content)
    kept = Path(StagedFile.objects.get().file.path)
    staging.drop([seen])
    assert not kept.exists()
    assert not StagedFile.objects.exists()
    staging.drop([seen])


def test_what_a_crash_left_behind_the_last_counted_byte_is_written_over(
    customer: Client,
) -> None:
    content = pictures.PDF
    path = begin(customer, size=len(content), name="a.pdf")["Location"]
    send_part(customer, path, 0, content[:20])
    staged = StagedFile.objects.get()
    with Path(staged.file.path).open("ab") as file:
        file.write(b"half of a part")
    assert send_part(customer, path, 20, content[20:]).json()["whole"]
    staged.refresh_from_db()
    with staged.file.open("rb") as file:
        assert file.read() == content


@pytest.mark.parametrize(
    ("size", "status"),
    [
        ("", 400),
        ("-1", 400),
        ("1e9", 400),
        ("٣", 400),
        ("9" * 400, 400),
        ("9" * 15, 422),
        (50 * 1024 * 1024 + 1, 422),
        (0, 422),
    ],
)
def test_a_size_that_is_none_or_too_large_is_refused_before_the_first_byte(
    customer: Client, size: object, status: int
) -> None:
    answer = begin(customer, size=size)
    assert answer.status_code == status
    assert answer.json()["error"]
    assert not StagedFile.objects.exists()
    assert begin(customer, size=8).status_code == 201  # and it has cost nothing


def test_parts_that_make_no_sense_are_refused_and_change_nothing(
    customer: Client,
) -> None:
    begun = begin(customer, size=20)
    path = begun["Location"]
    for offset in ("", "-1", "x", "1.5"):
        assert send_part(customer, path, offset, b"x").status_code == 400
    assert send_part(customer, path, 0, bytes(21)).status_code == 413
    assert customer.patch(path, b"x", content_type="text/plain").status_code == 415
    with override_settings(UPLOAD_PART_BYTES=5):
        assert send_part(customer, path, 0, bytes(6)).status_code == 413
    for answer in (
        customer.post(UPLOADS, {}, headers={"Upload-Length": "9"}),
        begin(customer, size=20, token=uuid.UUID(int=0)),
    ):
        assert answer.status_code in {400, 201}
    assert customer.get(path).status_code == 405
    token = StagedFile.objects.earliest("pk").client_token
    assert begin(customer, size=21, token=token).status_code == 409
    assert StagedFile.objects.earliest("pk").received == 0


def test_the_parts_of_another_browser_do_not_exist(customer: Client) -> None:
    content = picture().read()
    begun = begin(customer, size=len(content))
    path, token = begun["Location"], StagedFile.objects.get().client_token
    other = stranger()
    for client in (other, Client()):
        assert client.head(path).status_code == 404
        assert send_part(client, path, 0, content).status_code == 404
        assert client.delete(path).status_code == 204
    theirs = begin(other, size=len(content), token=token)
    assert theirs["Location"] != path
    assert StagedFile.objects.get(public_id=begun.json()["id"]).received == 0


@pytest.mark.parametrize(
    ("name", "content", "text"),
    [
        ("photo.jpg", b"PK\x03\x04" + bytes(60), "not a picture"),
        ("drawing.svg", b"<svg onload='x'><script/></svg>", "not a picture"),
        ("clip.mov", video()[:-30], "cut off"),
    ],
)
def test_what_is_unfit_is_refused_with_its_last_part_and_nothing_is_kept(
    customer: Client, name: str, content: bytes, text: str
) -> None:
    path = begin(customer, size=len(content), name=name)["Location"]
    send_part(customer, path, 0, content[:20])
    kept = StagedFile.objects.get().file.path
    answer = send_part(customer, path, 20, content[20:])
    assert answer.status_code == 422
    assert name in answer.json()["error"]
    assert text in answer.json()["error"]
    assert not StagedFile.objects.exists()
    assert not Path(kept).exists()


def test_a_large_file_that_is_no_video_is_refused_with_its_first_part(
    customer: Client,
) -> None:
    path = begin(customer, size=20 * 1024 * 1024, name="big.png")["Location"]
    answer = send_part(customer, path, 0, picture().read())
    assert answer.status_code == 422
    assert "larger than" in answer.json()["error"]
    assert not StagedFile.objects.exists()


def test_twenty_files_of_twenty_megabytes_are_stopped_by_what_they_declare(
    customer: Client,
) -> None:
    size = 20 * 1024 * 1024
    answers = [begin(customer, size=size) for _ in range(20)]
    taken = [it.status_code for it in answers].count(201)
    assert taken == 5
    assert "remove some" in answers[-1].json()["error"]
    assert StagedFile.objects.count() == taken
    customer.delete(answers[0]["Location"])
    assert begin(customer, size=size).status_code == 201


def test_one_browser_has_eighteen_files_at_most(customer: Client) -> None:
    answers = [begin(customer, size=9) for _ in range(staging.MOST_OF_ONE + 1)]
    assert answers[-1].status_code == 422
    assert StagedFile.objects.count() == staging.MOST_OF_ONE


def test_one_line_never_takes_the_room_of_all_others() -> None:
    """An eighth for each; the last quarter is for those who hold next to nothing."""
    with override_settings(STAGED_MAX_BYTES=64_000):
        for _ in range(8):
            answer = begin(stranger("2001:db8:1:1::1"), size=1000)
            assert answer.status_code == 201
        # Neither another browser nor another address of the same line has more.
        for address in ("2001:db8:1:1::1", "2001:db8:1:1::2"):
            refused = begin(stranger(address), size=1000)
            assert refused.status_code == 422
            assert "just now" in refused.json()["error"]
        for line in range(2, 7):
            answer = begin(stranger(f"2001:db8:1:{line}::1"), size=8000)
            assert answer.status_code == 201
        assert begin(stranger("192.0.2.1"), size=8000).status_code == 422
        assert begin(stranger("192.0.2.1"), size=1000).status_code == 201
        assert begin(stranger("192.0.2.1"), size=1000).status_code == 422
    assert not StagedFile.objects.filter(line__contains="2001").exists()


def test_one_address_announces_so_many_bytes_in_an_hour(customer: Client) -> None:
    with override_settings(UPLOAD_BYTES_PER_HOUR=1000):
        first = begin(customer, size=600)
        assert customer.delete(first["Location"]).status_code == 204
        answer = begin(customer, size=600)
        assert answer.status_code == 429
        assert int(answer["Retry-After"]) > 3000
        assert begin(stranger(), size=600).status_code == 201


def test_what_never_came_whole_is_forgotten_after_six_hours(customer: Client) -> None:
    send_file(customer, picture())
    begin(customer, size=100)
    half = StagedFile.objects.latest("pk").file.path
    now = timezone.now()
    assert staging.sweep(at=now + timedelta(hours=5)) == 0
    assert staging.sweep(at=now + timedelta(hours=7)) == 1
    assert StagedFile.objects.get().is_whole
    assert not Path(half).exists()


def test_a_part_whose_file_is_gone_from_the_disk_says_so(customer: Client) -> None:
    path = begin(customer, size=9)["Location"]
    Path(StagedFile.objects.get().file.path).unlink()
    answer: Any = send_part(customer, path, 0, bytes(9))
    assert answer.status_code == 422
    assert "choose it again" in answer.json()["error"]
    assert not StagedFile.objects.exists()
    assert PART.startswith("application/")
