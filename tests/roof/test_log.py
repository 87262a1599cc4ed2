"""The log tells what happened without opening any door to its reader."""

import logging

import pytest

from helpdesk.log_filter import WithoutKeys


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
