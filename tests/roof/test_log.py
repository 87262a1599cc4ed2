"""The log tells what happened without opening any door to its reader."""

import logging

import pytest
from django.test import RequestFactory

from helpdesk.log_filter import StartIsNoError, WithoutKeys


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        (
            "/thread/IN20261123K7M2XQ.c2VjcmV0/write/",
            "/thread/IN20261123K7M2XQ…/write/",
        ),
        ("/live/thread/IN20261123K7M2XQ.c2VjcmV0/", "/live/thread/IN20261123K7M2XQ…/"),
        ("/sign-in/c2VjcmV0/?next=/", "/sign-in/…/?next=/"),
        ("/thread/nonsense/", "/thread/…/"),
        (
            "/quotation/Q20261123K7M2XQ.c2VjcmV0/opened/",
            "/quotation/Q20261123K7M2XQ…/opened/",
        ),
        (
            "/follow/link/OB20261123K7M2XQ.1w9Z3r.c2VjcmV0/",
            "/follow/link/OB20261123K7M2XQ…/",
        ),
        ("/follow/OB20261123K7M2XQ/write/", "/follow/OB20261123K7M2XQ/write/"),
        ("/desk/inquiries/IN20261123K7M2XQ/", "/desk/inquiries/IN20261123K7M2XQ/"),
        (
            "/desk/inquiries/IN20261123K7M2XQ/quotation/Q20261123K7M2XQ/pdf/",
            "/desk/inquiries/IN20261123K7M2XQ/quotation/Q20261123K7M2XQ/pdf/",
        ),
    ],
)
def test_links_that_open_something_stay_out_of_the_log(
    address: str, shown: str
) -> None:
    record = logging.makeLogRecord({"msg": "Not Found: %s", "args": (address,)})
    assert WithoutKeys().filter(record)
    assert record.getMessage() == f"Not Found: {shown}"


def told(path: str, status: int) -> str:
    """The level at which an answer that is an error is told."""
    facts = {"status_code": status, "request": RequestFactory().get(path)}
    record = logging.makeLogRecord({"levelno": logging.ERROR, "levelname": "ERROR"})
    record.__dict__ |= facts
    assert StartIsNoError().filter(record)
    return record.levelname


def test_a_start_that_is_asked_whether_it_is_well_is_no_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(StartIsNoError, "was_well", False)
    assert told("/healthz", 503) == "INFO"
    assert told("/desk/", 503) == "ERROR"
    assert told("/healthz", 500) == "ERROR"
    monkeypatch.setattr(StartIsNoError, "was_well", True)
    assert told("/healthz", 503) == "ERROR"
