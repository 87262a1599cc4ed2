"""Too many at once are told when to come back; without Redis nobody is."""

import pytest
from django.core.cache import cache
from django.test import Client

from helpdesk.throttle import line_of, seconds_to_wait

NOW = 1_700_000_003.5


def test_the_limit_passes_and_one_more_waits_for_the_window(client: Client) -> None:
    waits = [seconds_to_wait("a", "3/10s", now=NOW) for _ in range(4)]
    assert waits == [0, 0, 0, 11]


def test_the_next_window_begins_anew_and_others_count_for_themselves(
    client: Client,
) -> None:
    for _ in range(4):
        seconds_to_wait("a", "3/10s", now=NOW)
    assert seconds_to_wait("b", "3/10s", now=NOW) == 0
    assert seconds_to_wait("a", "3/10s", now=NOW + 10) == 0


def test_a_burst_is_stopped_at_whatever_instant_it_begins(client: Client) -> None:
    for tenth in range(0, 100, 5):
        begin = NOW + tenth / 10
        waits = [
            seconds_to_wait(f"burst-{tenth}", "5/10s", now=begin + each / 10)
            for each in range(10)
        ]
        assert waits.count(0) == 5


def test_of_several_limits_the_longest_wait_counts(client: Client) -> None:
    waits = [seconds_to_wait("a", "1/10s", "2/h", now=NOW) for _ in range(3)]
    assert waits[0] == 0
    assert waits[1] == 11
    assert waits[2] > 60


def test_a_rate_that_makes_no_sense_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="often"):
        seconds_to_wait("a", "often", now=NOW)


def test_without_redis_everyone_passes(no_redis: None) -> None:
    assert [seconds_to_wait("a", "1/h", now=NOW) for _ in range(3)] == [0, 0, 0]


def test_without_redis_the_cache_is_empty_instead_of_an_error(no_redis: None) -> None:
    assert cache.add("a", 1)
    cache.set("a", 1)
    assert cache.get("a", "nothing") == "nothing"
    assert cache.get_or_set("a", 5) == 5
    assert cache.get_many(["a"]) == {}
    assert not cache.has_key("a")
    assert not cache.delete("a")
    with pytest.raises(ValueError, match="a"):
        cache.incr("a")
    cache.clear()


@pytest.mark.django_db
def test_a_stranger_who_guesses_links_is_429_with_a_time(client: Client) -> None:
    answers = [client.post("/sign-in/guess/") for _ in range(21)]
    assert [answer.status_code for answer in answers[:20]] == [404] * 20
    assert answers[20].status_code == 429
    assert 1 <= int(answers[20]["Retry-After"]) <= 61


@pytest.mark.django_db
def test_without_redis_pages_still_open(client: Client, no_redis: None) -> None:
    assert client.post("/sign-in/guess/").status_code == 404
    assert client.get("/ask/").status_code == 200
    assert client.get("/accounts/login/").status_code == 200


@pytest.mark.parametrize(
    ("address", "line"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "::ffff:203.0.113.7"),
        ("unix", "unix"),
        ("", ""),
    ],
)
def test_all_addresses_of_one_line_count_together(address: str, line: str) -> None:
    assert line_of(address) == line
