"""Stop signals and deaths of children, as one thing to wait for."""

import select
import signal
import socket
from types import FrameType, TracebackType
from typing import Any, Self

from helpdesk.launch.failure import StopAsked

STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Signals:
    """Counts requests to stop and wakes the one who waits.

    A handler only notes the signal; all work is done by the main loop, so that no step
    is ever cut in half.
    """

    def __init__(self) -> None:
        self.stops: list[int] = []
        self._before: dict[int, Any] = {}
        self._woken, self._waker = socket.socketpair()
        self._woken.setblocking(False)
        self._waker.setblocking(False)

    def __enter__(self) -> Self:
        for number in STOPS:
            # Under nohup HUP is ignored on purpose; leave it so.
            if signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._note)
        self._before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, self._nothing)
        signal.set_wakeup_fd(self._waker.fileno(), warn_on_full_buffer=False)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        signal.set_wakeup_fd(-1)
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._woken.close()
        self._waker.close()

    def wait(self, seconds: float, *files: int) -> bool:
        """Sleep, but not past the next signal; true if one of the files has news."""
        mine = self._woken.fileno()
        news = select.select([mine, *files], [], [], seconds)[0]
        if mine in news:
            self._woken.recv(4096)
        return any(file in news for file in files)

    def check(self) -> None:
        """Leave what is being started if somebody asked to stop."""
        if self.stops:
            raise StopAsked

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.stops.append(number)

    def _nothing(self, number: int, frame: FrameType | None) -> None:
        """A death is seen by the wake-up alone."""
