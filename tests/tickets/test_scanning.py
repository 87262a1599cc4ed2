"""A virus scanner looks at each file before anybody else may open it."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from helpdesk.doctor import scanner as doctor
from helpdesk.doctor.house import House, Way
from inquiries import services
from tests.clamd import EICAR, Scanner, clamd
from tests.factories import InquiryFactory, UserFactory
from tests.tickets.pictures import PDF, picture, upload
from tickets.models import Attachment, Message, Scan
from tickets.services import attachments, scanning
from tickets.tasks import scan_waiting_uploads

VIRUS = PDF[:9] + EICAR + PDF[9:]
NOBODY = "127.0.0.1:1"


@pytest.fixture
def scanner(settings: Settings) -> Iterator[Scanner]:
    with clamd() as running:
        settings.CLAMD = running.place
        yield running


def refused(name: str, content: bytes) -> list[str | None]:
    with pytest.raises(ValidationError) as refusal:
        attachments.inspect([upload(name, content)])
    return [each.code for each in refusal.value.error_list]


def test_what_would_be_kept_is_what_is_scanned(scanner: Scanner) -> None:
    sent = picture("JPEG", comment=b"Mr Wang")
    files = attachments.inspect([upload("a.pdf", PDF), upload("b.jpg", sent)])
    assert [file.scan for file in files] == [Scan.CLEAN, Scan.CLEAN]
    assert scanner.seen == [file.content for file in files]


def test_an_infected_file_is_refused_by_name_and_logged_without(
    scanner: Scanner, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        assert refused("王先生.pdf", VIRUS) == ["file_infected"]
    assert "Eicar-Test-Signature" in caplog.text
    assert "王先生" not in caplog.text


def test_a_scanner_at_a_path_is_asked_as_well(
    settings: Settings, tmp_path: Path
) -> None:
    with clamd(str(tmp_path / "clamd.ctl")) as running:
        settings.CLAMD = running.place
        assert refused("a.pdf", VIRUS) == ["file_infected"]
        scanning.ping()
    with pytest.raises(scanning.Unanswered):
        scanning.ping()


def test_without_a_scanner_files_are_taken_and_say_so() -> None:
    (file,) = attachments.inspect([upload("a.pdf", VIRUS)])
    assert file.scan == Scan.OFF
    assert scanning.scan_waiting(clock=timezone.now) == 0


@pytest.mark.parametrize("fault", ["nobody", "hangs up", "too large"])
def test_a_file_waits_while_the_scanner_does_not_answer_for_it(
    scanner: Scanner, settings: Settings, fault: str
) -> None:
    settings.CLAMD = NOBODY if fault == "nobody" else scanner.place
    scanner.hangs_up = fault == "hangs up"
    scanner.most = 10 if fault == "too large" else scanner.most
    files = attachments.inspect([upload("a.pdf", PDF), upload("b.pdf", PDF)])
    assert [file.scan for file in files] == [Scan.WAITING, Scan.WAITING]


def said_with(**files: bytes) -> Message:
    return services.reply(
        InquiryFactory.create(at=timezone.now()),
        text="",
        by=UserFactory.create(),
        at=timezone.now(),
        files=[upload(f"{name}.pdf", content) for name, content in files.items()],
    )


@pytest.mark.django_db
def test_what_waited_is_handed_out_or_erased_once_the_scanner_answers(
    scanner: Scanner,
    settings: Settings,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    settings.CLAMD = NOBODY
    message = said_with(good=PDF, bad=VIRUS)
    good, bad = message.attachments.all()
    assert not good.is_handed_out
    assert scan_waiting_uploads() == 0
    assert scanning.waiting_count() == 2
    settings.CLAMD = scanner.place
    path = Path(bad.file.path)
    assert path.exists()
    with django_capture_on_commit_callbacks(execute=True):
        assert scan_waiting_uploads() == 2
    good.refresh_from_db()
    bad.refresh_from_db()
    assert (good.scan, good.is_handed_out) == (Scan.CLEAN, True)
    assert (bad.scan, bad.is_handed_out) == (Scan.INFECTED, False)
    assert bad.name == "bad.pdf"
    assert not path.exists()
    assert scan_waiting_uploads() == 0
    assert Attachment.objects.count() == 2


@pytest.mark.django_db
def test_the_doctor_says_how_the_scanner_stands(
    scanner: Scanner, settings: Settings, tmp_path: Path
) -> None:
    house = House(tmp_path, Way.LAUNCHER, running=True, launcher=1)

    def found() -> tuple[str, str]:
        (finding,) = doctor.clamd(house)
        return finding.verdict, finding.said

    assert found() == ("ok", f"{scanner.place} answers")
    settings.CLAMD = NOBODY
    said_with(good=PDF)
    verdict, said = found()
    assert verdict == "fail"
    assert "1 files wait" in said
    settings.CLAMD = scanner.place
    assert found()[0] == "warn"
    settings.CLAMD = ""
    assert found() == ("ok", doctor.NOT_SET_UP)
