"""A taken port is said plainly."""

import os
import socket
from collections.abc import Iterator

import pytest

from helpdesk.launch import ports
from helpdesk.launch.failure import CannotGoOn


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield int(listener.getsockname()[1])


def test_a_taken_port_names_its_holder_and_a_way_out(taken: int) -> None:
    with pytest.raises(CannotGoOn) as problem:
        ports.require_free("127.0.0.1", taken)
    said = str(problem.value)
    assert f"Port {taken} is already in use by" in said
    assert f"(process {os.getpid()})" in said
    assert f"PORT={taken + 1} ./shoushi up" in said


def test_a_port_is_free_again_right_after_its_holder_has_gone() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    ports.require_free("127.0.0.1", port)


@pytest.mark.parametrize("text", ["abc", "0", "-1", "65536", "80a"])
def test_nonsense_for_a_port_is_refused(text: str) -> None:
    with pytest.raises(CannotGoOn, match=f"PORT={text} is not a port"):
        ports.number({"PORT": text})


def test_without_a_word_the_port_is_8000() -> None:
    assert ports.number({}) == 8000
    assert ports.number({"PORT": ""}) == 8000


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(CannotGoOn, match=r"HOST=192\.0\.2\.7 is not on this machine"):
        ports.require_free("192.0.2.7", 8000)
