"""What is recommended to whom, in which order, and why."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.recommendation import (
    NEEDS,
    SCALES,
    SCENES,
    Candidate,
    Recommendation,
    WishError,
    ranking,
    recommend,
)
from tests.catalog.demo import CAMERAS, candidate

INDOORS = {"scene": "indoor_fixed", "scale": "solo", "needs": ["image_quality"]}


def told(found: list[Recommendation]) -> list[tuple[str, int, int]]:
    return [(one.candidate.code, one.score, int(one.candidate.daily)) for one in found]


@pytest.mark.clause("IN-33")
def test_indoors_alone_with_a_fine_picture() -> None:
    found = recommend(CAMERAS, **INDOORS)  # type: ignore[arg-type]
    assert told(found)[:3] == [
        ("CAM-05", 24, 420),
        ("CAM-03", 23, 85),
        ("CAM-08", 23, 520),
    ]


@pytest.mark.clause("IN-33")
def test_outdoors_alone_and_light() -> None:
    found = recommend(
        CAMERAS, scene="outdoor_mobile", scale="solo", needs=["portability"]
    )
    assert told(found) == [
        ("CAM-02", 25, 80),
        ("CAM-03", 21, 85),
        ("CAM-04", 21, 150),
    ]
    assert found[0].cheapest_good


FINE = [candidate(f"FINE-{n}", 400 + n, 5, 5, 5, 5, 5, 5, 5) for n in range(3)]
CHEAP = candidate("CHEAP", 60, 4, 4, 4, 4, 4, 4, 4)
POOR = candidate("POOR", 10, 4, 4, 4, 4, 3, 4, 4)


@pytest.mark.clause("IN-36")
def test_the_cheapest_good_one_is_a_fourth_where_it_is_not_among_the_best() -> None:
    found = recommend([POOR, *FINE, CHEAP], **INDOORS)  # type: ignore[arg-type]
    assert told(found) == [
        ("FINE-0", 25, 400),
        ("FINE-1", 25, 401),
        ("FINE-2", 25, 402),
        ("CHEAP", 20, 60),
    ]
    assert [one.cheapest_good for one in found] == [False, False, False, True]
    assert [int(one.difference) for one in found] == [390, 391, 392, 50]


@pytest.mark.clause("IN-36")
def test_with_a_budget_the_cheapest_good_one_comes_first() -> None:
    offered = [POOR, *FINE, CHEAP]
    found = recommend(offered, **INDOORS, budget=Decimal(100))  # type: ignore[arg-type]
    assert [one.candidate.code for one in found] == [
        *("CHEAP", "FINE-0", "FINE-1", "FINE-2")
    ]
    first = recommend(CAMERAS, **INDOORS, budget=Decimal(100))[0]  # type: ignore[arg-type]
    assert first.candidate.code == "CAM-03"


@pytest.mark.clause("IN-34")
def test_a_recommendation_gives_its_reasons_and_the_rent_above_the_cheapest() -> None:
    first = recommend(CAMERAS, **INDOORS)[0]  # type: ignore[arg-type]
    assert [(one.code, one.score, one.points) for one in first.reasons] == [
        ("indoor_fixed", 5, 10),
        ("solo", 4, 4),
        ("image_quality", 5, 10),
    ]
    assert first.difference == Decimal(420 - 40)  # CAM-01 fits too


def test_what_does_not_suit_scene_and_scale_is_not_recommended() -> None:
    found = ranking(CAMERAS, scene="indoor_fixed", scale="multi_interview")
    assert {one.candidate.code for one in found}.isdisjoint({"CAM-01", "CAM-02"})


def test_what_cannot_be_leased_is_not_recommended() -> None:
    gone = [replace(one, available=one.code != "CAM-05") for one in CAMERAS]
    found = recommend(gone, **INDOORS)  # type: ignore[arg-type]
    assert "CAM-05" not in [one.candidate.code for one in found]


def test_nothing_fits_is_an_empty_list() -> None:
    assert recommend([], **INDOORS) == []  # type: ignore[arg-type]
    assert recommend([candidate("X", 1, 1, 5, 5, 5, 5, 5, 5)], **INDOORS) == []  # type: ignore[arg-type]


def test_half_a_wish_ranks_by_what_it_says() -> None:
    found = ranking(CAMERAS, needs=["portability"])
    assert len(found) == len(CAMERAS)
    assert told(found)[:2] == [("CAM-01", 10, 40), ("CAM-02", 10, 80)]
    assert [one.score for one in ranking(CAMERAS)] == [0] * len(CAMERAS)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"scene": ""}, "scene"),
        ({"scene": "underwater"}, "scene"),
        ({"scale": ""}, "scale"),
        ({"scale": "choir"}, "scale"),
        ({"needs": []}, "needs"),
        ({"needs": ["image_quality", "love"]}, "needs"),
        ({"budget": Decimal(-1)}, "budget"),
    ],
)
@pytest.mark.clause("IN-30", "IN-31", "IN-32")
def test_a_wish_without_scene_scale_or_need_is_refused(
    changes: dict[str, object], field: str
) -> None:
    with pytest.raises(WishError) as refusal:
        recommend(CAMERAS, **(INDOORS | changes))  # type: ignore[arg-type]
    assert refusal.value.field == field


codes = st.sampled_from([f"D-{number:02}" for number in range(40)])
scores = st.fixed_dictionaries(
    dict.fromkeys((*SCENES, *SCALES, *NEEDS), st.integers(0, 5))
)
candidates = st.lists(
    st.builds(
        Candidate,
        code=codes,
        name=st.just(""),
        category=st.just("live_camera"),
        daily=st.decimals(1, 900, places=2),
        scores=scores,
        available=st.booleans(),
    ),
    max_size=12,
    unique_by=lambda one: one.code,
)
wishes = st.fixed_dictionaries(
    {
        "scene": st.sampled_from(SCENES),
        "scale": st.sampled_from(SCALES),
        "needs": st.lists(st.sampled_from(NEEDS), min_size=1, max_size=3),
        "budget": st.none() | st.decimals(0, 900, places=2),
    }
)
law = settings(deadline=None, max_examples=150)


def expected_score(one: Candidate, wish: dict[str, object]) -> int:
    needs = sum(one.scores[need] for need in set(wish["needs"]))  # type: ignore[call-overload]
    scene, scale = one.scores[str(wish["scene"])], one.scores[str(wish["scale"])]
    return 2 * scene + scale + 2 * needs


@law
@given(candidates, wishes)
def test_the_cheapest_good_one_is_always_there_and_first_with_a_budget(
    offered: list[Candidate], wish: dict[str, object]
) -> None:
    found = recommend(offered, **wish)  # type: ignore[arg-type]
    fitting = [
        one
        for one in offered
        if one.available
        and one.scores[str(wish["scene"])] >= 2
        and one.scores[str(wish["scale"])] >= 2
    ]
    assert bool(found) == bool(fitting)
    if not fitting:
        return
    best = max(expected_score(one, wish) for one in fitting)
    good = [one for one in fitting if expected_score(one, wish) >= 0.8 * best]
    cheapest = [one for one in found if one.cheapest_good]
    assert [one.candidate.daily for one in cheapest] == [min(x.daily for x in good)]
    assert min(3, len(fitting)) <= len(found) <= 4
    assert wish["budget"] is None or found[0].cheapest_good


@law
@given(candidates, wishes)
def test_each_score_is_the_sum_of_its_reasons_and_no_better_one_is_left_out(
    offered: list[Candidate], wish: dict[str, object]
) -> None:
    wish["budget"] = None
    found = recommend(offered, **wish)  # type: ignore[arg-type]
    for one in found:
        assert one.score == expected_score(one.candidate, wish)
        assert one.score == sum(reason.points for reason in one.reasons)
        assert one.difference >= 0
    order = [(-one.score, one.candidate.daily) for one in found]
    assert order == sorted(order)


@law
@given(candidates, wishes, st.data())
def test_a_dearer_rent_never_moves_a_device_up(
    offered: list[Candidate], wish: dict[str, object], data: st.DataObject
) -> None:
    found = ranking(
        offered,
        scene=str(wish["scene"]),
        scale=str(wish["scale"]),
        needs=wish["needs"],  # type: ignore[arg-type]
    )
    if not found:
        return
    chosen = data.draw(st.sampled_from(found)).candidate
    dearer = [
        replace(one, daily=one.daily + 100) if one is chosen else one for one in offered
    ]
    again = ranking(
        dearer,
        scene=str(wish["scene"]),
        scale=str(wish["scale"]),
        needs=wish["needs"],  # type: ignore[arg-type]
    )
    before = [one.candidate.code for one in found].index(chosen.code)
    after = [one.candidate.code for one in again].index(chosen.code)
    assert after >= before
    others = [one.candidate.code for one in found if one.candidate is not chosen]
    assert [
        c.candidate.code for c in again if c.candidate.code != chosen.code
    ] == others


@law
@given(candidates, wishes, st.randoms())
def test_the_order_of_the_catalogue_does_not_matter(
    offered: list[Candidate], wish: dict[str, object], random: st.DrawFn
) -> None:
    shuffled = list(offered)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert recommend(offered, **wish) == recommend(shuffled, **wish)  # type: ignore[arg-type]
