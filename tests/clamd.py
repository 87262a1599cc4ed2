"""A virus scanner for tests: it speaks clamd's protocol on a real socket."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@dataclass
class Scanner:
    """Where it listens, what it has looked at, and how it behaves."""

    place: str = ""
    seen: list[bytes] = field(default_factory=list)
    hangs_up: bool = False
    most: int = 10**9


@contextmanager
def clamd(path: str = "") -> Iterator[Scanner]:
    """Listen for the time of a block: at a path, else on a free port."""
    scanner = Scanner()

    class Dialogue(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            if scanner.hangs_up:
                return
            command = self._word()
            if command == b"zPING":
                self.wfile.write(b"PONG\0")
            elif command == b"zINSTREAM":
                self.wfile.write(b"stream: " + self._verdict() + b"\0")

        def _word(self) -> bytes:
            word = b""
            while (byte := self.rfile.read(1)) not in {b"\0", b""}:
                word += byte
            return word

        def _verdict(self) -> bytes:
            content = b""
            while length := int.from_bytes(self.rfile.read(4), "big"):
                content += self.rfile.read(length)
            scanner.seen.append(content)
            if len(content) > scanner.most:
                return b"INSTREAM size limit exceeded. ERROR"
            return b"Eicar-Test-Signature FOUND" if EICAR in content else b"OK"

    class OnPort(socketserver.ThreadingTCPServer):
        daemon_threads = True

    class OnPath(socketserver.ThreadingUnixStreamServer):
        daemon_threads = True

    server: OnPort | OnPath
    server = OnPath(path, Dialogue) if path else OnPort(("127.0.0.1", 0), Dialogue)
    scanner.place = path or f"127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.01}
    )
    thread.start()
    try:
        yield scanner
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
