"""Two pages send one file at once: what is kept is one of them, never a mixture."""

import uuid
from datetime import datetime

import pytest

from tests.inquiries.test_once import CLICKS, at_once
from tests.tickets.pictures import PDF
from tickets.models import StagedFile
from tickets.services import staging

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_parts_for_one_place_one_is_taken_and_the_file_stays_whole(
    at: datetime,
) -> None:
    token, half = uuid.uuid4(), len(PDF) // 2

    def begin() -> StagedFile:
        return staging.begin(
            owner="me", client_token=token, name="a.pdf", size=len(PDF), line="", at=at
        )

    begun = at_once(begin)
    assert {it.pk for it in begun if isinstance(it, StagedFile)} == {begun[0].pk}  # type: ignore[union-attr]
    (staged,) = StagedFile.objects.all()

    def send(offset: int, part: bytes) -> list[object]:
        return list(
            at_once(
                lambda: staging.append(
                    staged.public_id, owner="me", offset=offset, part=part, at=at
                )
            )
        )

    for offset, part in ((0, PDF[:half]), (half, PDF[half:])):
        sent = send(offset, part)
        taken = [it for it in sent if isinstance(it, StagedFile)]
        late = [it for it in sent if isinstance(it, staging.WrongOffset)]
        assert (len(taken), len(late)) == (1, CLICKS - 1)
        assert {it.received for it in late} == {offset + len(part)}
    (file,) = staging.contents(staging.waiting([staged.public_id], owner="me"))
    assert file.content == PDF
    staging.drop([staged])
