"""The mail server is asked for real, up to the password, and nothing is sent."""

import base64
import socketserver
import threading
from collections.abc import Iterator

import pytest
from pytest_django import Settings

from helpdesk.doctor import mail
from helpdesk.doctor.finding import Verdict
from helpdesk.doctor.house import House, Way
from helpdesk.settings import mail_server

PASSWORD = "open sesame"


class Talk(socketserver.StreamRequestHandler):
    """As much of SMTP as it takes to be let in."""

    def handle(self) -> None:
        self.say("220 mail.example.com")
        for line in self.rfile:
            word, _, rest = line.decode(errors="replace").strip().partition(" ")
            word = word.upper()
            if word == "EHLO":
                self.say("250-mail.example.com", "250 AUTH PLAIN")
            elif word == "AUTH":
                said = base64.b64decode(rest.partition(" ")[2]).decode().split("\0")
                good = said[1:] == ["shoushi", PASSWORD]
                self.say("235 welcome" if good else "535 go away")
            elif word == "QUIT":
                self.say("221 bye")
                return
            else:
                self.server.unexpected.append(word)  # type: ignore[attr-defined]
                self.say("500 what?")

    def say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())


@pytest.fixture
def server() -> Iterator[socketserver.TCPServer]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talk) as it:
        it.unexpected = []  # type: ignore[attr-defined]
        thread = threading.Thread(target=it.serve_forever)
        thread.start()
        yield it
        it.shutdown()
        thread.join()
        assert it.unexpected == []  # type: ignore[attr-defined]


@pytest.fixture
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    return House(tmp_path_factory.getbasetemp(), Way.OWN, running=True, launcher=None)


def use(settings: Settings, url: str) -> None:
    settings.MAIL_CONFIGURED = True
    said = {"EMAIL_USE_TLS": False, "EMAIL_USE_SSL": False, **mail_server(url)}
    for name, value in said.items():
        setattr(settings, name, value)


def test_without_a_mail_server_there_is_nothing_to_mend(
    house: House, settings: Settings
) -> None:
    settings.MAIL_CONFIGURED = False
    (said,) = mail.server(house)
    assert said.verdict == Verdict.OK


@pytest.mark.parametrize(
    ("user", "verdict", "words"),
    [
        (f"shoushi:{PASSWORD}".replace(" ", "%20"), "ok", "lets us in"),
        ("shoushi:wrong", "fail", "refuses the user or the password (535)"),
    ],
)
def test_the_server_decides_whether_we_are_let_in(
    house: House,
    settings: Settings,
    server: socketserver.TCPServer,
    user: str,
    verdict: str,
    words: str,
) -> None:
    port = server.server_address[1]
    use(settings, f"smtp://{user}@127.0.0.1:{port}")
    (said,) = mail.server(house)
    assert said.verdict == verdict
    assert said.said.endswith(words)
    assert "wrong" not in said.said + said.repair


def test_a_server_that_speaks_no_encryption_is_told_from_one_that_is_away(
    house: House, settings: Settings, server: socketserver.TCPServer
) -> None:
    port = server.server_address[1]
    for scheme in ("smtp+ssl", "smtp+tls"):
        use(settings, f"{scheme}://127.0.0.1:{port}")
        (said,) = mail.server(house)
        assert said.verdict == Verdict.FAIL
        assert "write the encryption" in said.repair
        server.unexpected.clear()  # type: ignore[attr-defined]


def test_a_server_that_is_away_is_named_with_its_port(
    house: House, settings: Settings
) -> None:
    use(settings, "smtp://127.0.0.1:9")
    (said,) = mail.server(house)
    assert said.verdict == Verdict.FAIL
    assert said.repair.startswith("see whether it runs: nc -vz 127.0.0.1 9")
