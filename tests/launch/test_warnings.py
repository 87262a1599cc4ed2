"""Every start tells of what will go wrong later, with what to do about it."""

import pytest
import time_machine

from helpdesk.launch import prepare
from tests.instants import local

pytestmark = pytest.mark.django_db


def test_a_start_tells_of_a_year_without_its_holidays() -> None:
    with time_machine.travel(local("2026-11-01 00:00")):
        ((what, remedy),) = prepare.warnings()
    assert "The holidays of 2027 are not loaded" in what
    assert "sla.W001" in what
    assert "/supervision/calendars/" in remedy


def test_a_start_is_silent_when_all_is_well() -> None:
    with time_machine.travel(local("2026-10-31 12:00")):
        assert list(prepare.warnings()) == []
