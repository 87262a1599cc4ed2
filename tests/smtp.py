"""A mail server for tests: it speaks SMTP on a real socket and keeps what it gets."""

import email.policy
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage


@dataclass
class Mailbox:
    """What arrived, and whom the server turns away."""

    port: int = 0
    arrived: list[tuple[str, EmailMessage]] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)
    hangs_up: bool = False
    on_arrival: Callable[[], None] = lambda: None

    def of(self, address: str) -> list[EmailMessage]:
        return [message for to, message in self.arrived if to == address]


@contextmanager
def mail_server() -> Iterator[Mailbox]:
    """Listen on a free port of this machine for the time of a block."""
    box = Mailbox()

    class Dialogue(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self._say("220 ready")
            to = ""
            while line := self.rfile.readline().decode().strip():
                verb = line[:4].upper()
                if box.hangs_up:
                    return
                if verb == "RCPT":
                    to = line.partition("<")[2].partition(">")[0]
                    known = to not in box.unknown
                    self._say("250 ok" if known else "550 no such person")
                elif verb == "DATA":
                    self._say("354 go on")
                    self._keep(to)
                    self._say("250 ok")
                elif verb == "QUIT":
                    self._say("221 bye")
                    return
                else:
                    self._say("250 ok")

        def _keep(self, to: str) -> None:
            lines = []
            while (line := self.rfile.readline()) != b".\r\n":
                lines.append(line.removeprefix(b"."))
            message = message_from_bytes(b"".join(lines), policy=email.policy.default)
            assert isinstance(message, EmailMessage)
            box.arrived.append((to, message))
            box.on_arrival()

        def _say(self, words: str) -> None:
            self.wfile.write(f"{words}\r\n".encode())

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

    with Server(("127.0.0.1", 0), Dialogue) as server:
        box.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield box
        finally:
            server.shutdown()
