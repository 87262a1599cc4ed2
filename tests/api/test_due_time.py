"""When something is due: the policy's own vectors, and every question that is none."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from sla import durations

pytestmark = pytest.mark.django_db

DUE = "/api/v1/business-time/due/"
SERVICE = "objection_service"
START = "2026-11-24T14:00:00+08:00"


@pytest.mark.parametrize(
    ("calendar", "start", "length", "due"),
    [
        (SERVICE, "2026-11-24T14:00:00", {"budget": "PT5M"}, "2026-11-24T14:05:00"),
        (SERVICE, "2026-11-28T17:30:00", {"budget": "PT1H"}, "2026-11-29T10:30:00"),
        (SERVICE, "2026-10-07T17:40:00", {"budget": "PT1H"}, "2026-10-08T09:40:00"),
        (SERVICE, "2026-10-10T20:59:00", {"budget": "PT1M"}, "2026-10-10T21:00:00"),
        ("always_7x24", START[:19], {"budget": "PT24H"}, "2026-11-25T14:00:00"),
        ("working_day", START[:19], {"working_days": 1}, "2026-11-25T21:00:00"),
        (
            "working_day",
            "2026-11-27T14:00:00",
            {"working_days": 1},
            "2026-11-30T21:00:00",
        ),
        ("always_7x24", START[:19], {"calendar_days": 1}, "2026-11-26T00:00:00"),
    ],
)
def test_due_times_follow_the_calendar(
    api: APIClient, calendar: str, start: str, length: dict[str, object], due: str
) -> None:
    asked = {"calendar": calendar, "start": f"{start}+08:00", **length}
    answer = api.get(DUE, asked)
    assert answer.status_code == 200, answer.json()
    assert answer.json() == {"due_at": f"{due}+08:00", "flagged": False}


def test_a_year_without_its_holidays_is_flagged(api: APIClient) -> None:
    asked = {
        "calendar": SERVICE,
        "start": "2026-12-31T20:30:00+08:00",
        "budget": "PT1H",
    }
    assert api.get(DUE, asked).json() == {
        "due_at": "2027-01-01T09:30:00+08:00",
        "flagged": True,
    }


def test_the_address_of_the_documentation_works_as_it_is_written(
    api: APIClient,
) -> None:
    url = f"{DUE}?calendar={SERVICE}&start=2026-11-24T14:00:00%2B08:00&budget=PT5M"
    assert api.get(url).json()["due_at"] == "2026-11-24T14:05:00+08:00"


GOOD = {"calendar": SERVICE, "start": START, "budget": "PT5M"}


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"calendar": None}, {"calendar"}),
        ({"calendar": "no_such"}, {"calendar"}),
        ({"calendar": "../etc"}, {"calendar"}),
        ({"calendar": "\x00"}, {"calendar"}),
        ({"calendar": "x" * 41}, {"calendar"}),
        ({"start": None}, {"start"}),
        ({"start": "yesterday"}, {"start"}),
        ({"start": "2026-11-24T14:00:00"}, {"start"}),
        ({"start": "2026-11-24"}, {"start"}),
        ({"start": "9999-12-31T23:59:59-23:59"}, {"start"}),
        ({"start": "2026-11-24T14:00:00 08:00"}, {"start"}),
        ({"start": "2026-13-24T14:00:00+08:00"}, {"start"}),
        ({"start": "2026-11-24T14:00:00+25:00"}, {"start"}),
        ({"start": "0001-01-01T00:00:00+14:00"}, {"start"}),
        ({"start": "9999-12-31T23:59:59-12:00"}, {"start"}),
        ({"start": "1990-01-01T00:00:00+08:00"}, {"start"}),
        ({"start": "2045-12-31T20:00:00+08:00", "budget": "PT9600H"}, {"start"}),
        ({"budget": None}, {"budget"}),
        ({"budget": ""}, {"budget"}),
        ({"budget": "5"}, {"budget"}),
        ({"budget": "PT"}, {"budget"}),
        ({"budget": "P"}, {"budget"}),
        ({"budget": "-PT5M"}, {"budget"}),
        ({"budget": "P1Y"}, {"budget"}),
        ({"budget": "PT1e9S"}, {"budget"}),
        ({"budget": "PT999999999H"}, {"budget"}),
        ({"budget": "P401D"}, {"budget"}),
        ({"budget": "PT٥M"}, {"budget"}),
        ({"working_days": "1"}, {"budget", "working_days"}),
        ({"budget": None, "working_days": "0"}, {"working_days"}),
        ({"budget": None, "working_days": "-1"}, {"working_days"}),
        ({"budget": None, "working_days": "1.5"}, {"working_days"}),
        ({"budget": None, "working_days": "401"}, {"working_days"}),
        ({"budget": None, "working_days": "9" * 400}, {"working_days"}),
        ({"budget": None, "calendar_days": "0"}, {"calendar_days"}),
        (
            {"budget": None, "calendar_days": "1", "working_days": "1"},
            {"calendar_days", "working_days"},
        ),
    ],
)
def test_a_question_that_makes_no_sense_is_a_400_by_name(
    api: APIClient, changes: dict[str, str | None], fields: set[str]
) -> None:
    asked = {
        name: value for name, value in {**GOOD, **changes}.items() if value is not None
    }
    answer = api.get(DUE, asked)
    assert answer.status_code == 400, answer.json()
    assert answer["Content-Type"] == "application/problem+json"
    assert set(answer.json()["fields"]) == fields


def test_nothing_is_due_at_once(api: APIClient) -> None:
    assert api.get(DUE, {**GOOD, "budget": "PT0S"}).json()["due_at"] == START


def test_it_costs_one_query_beside_the_token(
    api: APIClient, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    api.get(DUE, GOOD)
    with django_assert_num_queries(2):
        api.get(DUE, GOOD)


@settings(max_examples=200, deadline=None)
@given(st.timedeltas(min_value=timedelta(days=-400), max_value=timedelta(days=400)))
def test_a_length_is_read_as_it_is_written(length: timedelta) -> None:
    assert durations.read(durations.write(length)) == length


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("PT30S", timedelta(seconds=30)),
        ("PT1H30M", timedelta(minutes=90)),
        ("P2D", timedelta(days=2)),
        ("P1W", timedelta(weeks=1)),
        ("P1DT0.5S", timedelta(days=1, milliseconds=500)),
        ("-PT2M", timedelta(minutes=-2)),
    ],
)
def test_lengths_may_be_written_in_several_ways(text: str, length: timedelta) -> None:
    assert durations.read(text) == length


def test_the_answer_is_the_engines_own(api: APIClient) -> None:
    due = datetime.fromisoformat(api.get(DUE, GOOD).json()["due_at"])
    assert due - datetime.fromisoformat(START) == timedelta(minutes=5)
