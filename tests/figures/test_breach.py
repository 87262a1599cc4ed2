"""Cause and sentence of a missed promise, from its facts: one case a line."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import translation

from figures.breach import Cause, Ending, Facts, Owing, cause_of
from figures.crowd import Act, Crowd, Duty, Line, Serving, serving
from figures.words import CAUSES, cause_text, length_text, sentence_of
from tests.instants import local

pytestmark = pytest.mark.clause("OB-10", "CC-15", "CM-55")

START = local("2026-11-23T14:02:00")
PEOPLE = {7: "林晓", 8: "何雨桐"}


def sec(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


REPLY = Facts(owing=Owing.REPLY, started_at=sec(0), due_at=sec(30))
DEED = replace(REPLY, owing=Owing.DEED)
NOBODY: dict[str, Any] = {"on_duty": 0, "full": 0}
FULL: dict[str, Any] = {"on_duty": 3, "full": 3}
SOME: dict[str, Any] = {"on_duty": 3, "full": 1, "free_at": sec(0)}
ANSWERED: dict[str, Any] = {
    "ended_at": sec(41),
    "ending": Ending.FULFILLED,
    "said_at": sec(41),
    "said_by": 7,
}
HELD: dict[str, Any] = {"holder": 7, "held_at": sec(-60), "holder_on_duty": True}
WITH: dict[str, Any] = {"department": 3, "handed_at": sec(0)}


@pytest.mark.parametrize(
    ("facts", "cause", "sentence"),
    [
        (
            replace(REPLY, **NOBODY),
            Cause.NOBODY_ON_DUTY,
            (
                "14:02:00 arrived; nobody on duty; nobody was free before it ended;"
                " not opened; not answered yet"
            ),
        ),
        (
            replace(REPLY, **NOBODY, free_at=sec(31)),
            Cause.NOBODY_ON_DUTY,
            (
                "14:02:00 arrived; nobody on duty; first free 14:02:31; not opened;"
                " not answered yet"
            ),
        ),
        (
            replace(REPLY, **NOBODY, free_at=sec(30)),
            Cause.NOT_OPENED,
            (
                "14:02:00 arrived; nobody on duty; first free 14:02:30; not opened;"
                " not answered yet"
            ),
        ),
        (
            replace(REPLY, **FULL, free_at=sec(33), **ANSWERED),
            Cause.ALL_AT_CAPACITY,
            (
                "14:02:00 arrived; 3 on duty, all at capacity; first free 14:02:33;"
                " not opened; answered 14:02:41: 11 s late"
            ),
        ),
        (
            replace(
                REPLY,
                **FULL,
                free_at=sec(33),
                opened_at=sec(35),
                opened_by=7,
                taken_at=sec(41),
                taken_by=7,
                **ANSWERED,
            ),
            Cause.ALL_AT_CAPACITY,
            (
                "14:02:00 arrived; 3 on duty, all at capacity; first free 14:02:33;"
                " opened 14:02:35 by 林晓; answered 14:02:41: 11 s late"
            ),
        ),
        (
            replace(REPLY, on_duty=1, full=1),
            Cause.ALL_AT_CAPACITY,
            (
                "14:02:00 arrived; 1 on duty, at capacity; nobody was free before it"
                " ended; not opened; not answered yet"
            ),
        ),
        (
            replace(REPLY, **SOME, **ANSWERED),
            Cause.NOT_OPENED,
            (
                "14:02:00 arrived; 3 on duty, 1 at capacity; not opened;"
                " answered 14:02:41: 11 s late"
            ),
        ),
        (
            replace(REPLY, **SOME, opened_at=sec(30), opened_by=9),
            Cause.NOT_ANSWERED,
            (
                "14:02:00 arrived; 3 on duty, 1 at capacity; opened 14:02:30 by a"
                " colleague; not answered yet"
            ),
        ),
        (
            replace(REPLY, **HELD, opened_at=sec(31), opened_by=8),
            Cause.NOT_OPENED,
            (
                "14:02:00 arrived; with 林晓 since 14:01:00; opened 14:02:31 by 何雨桐;"
                " not answered yet"
            ),
        ),
        (
            replace(REPLY, **{**HELD, "holder_on_duty": False}),
            Cause.HOLDER_OFF_DUTY,
            (
                "14:02:00 arrived; with 林晓 since 14:01:00; 林晓 was off duty; not opened;"
                " not answered yet"
            ),
        ),
        (
            replace(
                DEED,
                **HELD,
                opened_at=sec(-30),
                opened_by=7,
                paused=200,
                ended_at=sec(7230),
                ending=Ending.FULFILLED,
            ),
            Cause.NOT_DONE,
            (
                "14:02:00 began; with 林晓 since 14:01:00; opened 14:01:30 by 林晓;"
                " paused for 3 min 20 s; done 16:02:30: 2 h 0 min late"
            ),
        ),
        (
            replace(DEED, **WITH, opened_at=sec(5), opened_by=7),
            Cause.DEPARTMENT,
            "14:02:00 began; handed to Finance 14:02:00; not accepted; not done yet",
        ),
        (
            replace(
                DEED,
                **WITH,
                accepted_at=sec(90000),
                ended_at=sec(90000),
                ending=Ending.FULFILLED,
            ),
            Cause.DEPARTMENT,
            (
                "14:02:00 began; handed to Finance 14:02:00; accepted 11-24 15:02:00;"
                " done 11-24 15:02:00: 1 d 0 h late"
            ),
        ),
        (
            replace(
                DEED,
                owing=Owing.CUSTOMER,
                ended_at=sec(50),
                ending=Ending.CANCELLED,
                opened_at=sec(1),
                opened_by=7,
            ),
            Cause.CUSTOMER,
            (
                "14:02:00 began; opened 14:02:01 by 林晓; no word of the customer;"
                " no longer needed from 14:02:50"
            ),
        ),
        (
            replace(DEED, **WITH, moved_at=sec(40)),
            Cause.DEADLINE_MOVED,
            (
                "14:02:00 began; handed to Finance 14:02:00; deadline moved 14:02:40;"
                " not accepted; not done yet"
            ),
        ),
        (
            replace(DEED, owing=Owing.SYSTEM, **HELD),
            Cause.SYSTEM,
            "14:02:00 began; with 林晓 since 14:01:00; not done yet",
        ),
        (
            replace(
                REPLY,
                **SOME,
                said_at=sec(20),
                said_by=7,
                ended_at=sec(20),
                ending=Ending.REVOKED,
                opened_at=sec(20),
                opened_by=7,
            ),
            Cause.NOT_ANSWERED,
            (
                "14:02:00 arrived; 3 on duty, 1 at capacity; opened 14:02:20 by 林晓;"
                " in time after all, as was proven later: 14:02:20"
            ),
        ),
    ],
)
def test_facts_give_a_cause_and_a_sentence(
    facts: Facts, cause: Cause, sentence: str
) -> None:
    assert cause_of(facts) == cause
    assert Facts.from_json(facts.as_json()) == facts
    with translation.override("en"):
        said = sentence_of(facts, people=PEOPLE, departments={3: "Finance"})
        assert said == sentence
    with translation.override("zh-hans"):
        chinese = sentence_of(facts, people=PEOPLE, departments={3: "财务部"})
    assert chinese.count("；") == sentence.count("; ")


def test_the_sentence_of_the_policy_in_chinese() -> None:
    facts = replace(REPLY, **FULL, free_at=sec(33), opened_at=sec(35), **ANSWERED)
    with translation.override("zh-hans"):
        assert sentence_of(facts, people={}, departments={}) == (
            "14:02:00 到达；3 人在岗，全部满负荷；14:02:33 首次有人空闲；14:02:35 同事打开；"
            "14:02:41 回复，超时 11 秒"
        )


def test_every_cause_has_its_words() -> None:
    assert set(CAUSES) == set(Cause)
    with translation.override("en"):
        assert cause_text("department", "Finance") == "Waiting for Finance"
        assert cause_text("department") == "Waiting for a department"
        assert length_text(timedelta(days=3, hours=5)) == "3 d 5 h"
        assert length_text(timedelta(seconds=-1)) == "0 s"


def test_a_conversation_keeps_its_holder_busy_while_its_customer_waits() -> None:
    acts = [
        Line(sec(0), Act.ASKED),
        Line(sec(1), Act.GIVEN, 7),
        Line(sec(2), Act.GIVEN, 8),
        Line(sec(3), Act.ANSWERED),
        Line(sec(4), Act.ASKED),
        Line(sec(5), Act.CLOSED),
        Line(sec(6), Act.OPENED),
        Line(sec(7), Act.ANSWERED),
        Line(sec(8), Act.CLOSED),
    ]
    assert list(serving(acts)) == [
        Serving(sec(1), 7, 1),
        Serving(sec(2), 7, -1),
        Serving(sec(2), 8, 1),
        Serving(sec(3), 8, -1),
        Serving(sec(4), 8, 1),
        Serving(sec(5), 8, -1),
        Serving(sec(6), 8, 1),
        Serving(sec(7), 8, -1),
    ]


def test_the_crowd_at_any_instant_and_who_is_free_first() -> None:
    crowd = Crowd(
        [Duty(sec(0), 7, 1), Duty(sec(0), 8, 2), Duty(sec(50), 8, 0)],
        [
            Serving(sec(10), 7, 1),
            Serving(sec(10), 8, 1),
            Serving(sec(20), 8, 1),
            Serving(sec(33), 7, -1),
            Serving(sec(40), 7, 1),
        ],
    )
    counts = [crowd.at(sec(n)) for n in (-1, 0, 10, 20, 32, 33, 40, 50)]
    assert counts == [(0, 0), (2, 0), (2, 1), (2, 2), (2, 2), (2, 1), (2, 2), (1, 1)]
    assert crowd.free_from(sec(15), until=sec(30)) == sec(15)
    assert crowd.free_from(sec(20), until=sec(60)) == sec(33)
    assert crowd.free_from(sec(20), until=sec(32)) is None
    assert crowd.free_from(sec(50), until=sec(99)) is None
    assert Crowd([], []).free_from(sec(0), until=sec(9)) is None
