"""Starts parts, watches them, restarts what dies, stops them in reverse order."""

import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from helpdesk.launch import process
from helpdesk.launch.console import Console
from helpdesk.launch.failure import CannotGoOn
from helpdesk.launch.logs import explain, shorten, tail
from helpdesk.launch.signals import Signals

DEATHS = 5
WITHIN = 60.0
LONGEST_PAUSE = 5.0


@dataclass
class Part:
    """One program that has to run, and how to know that it does."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str]
    log: Path
    ready: Callable[[], bool] = lambda: True
    before: Callable[[], None] = lambda: None
    cwd: Path | None = None
    user: str | None = None
    stop_signal: int = signal.SIGTERM
    death_signal: int = signal.SIGKILL
    patience: float = 60.0


@dataclass
class Running:
    """A part and the process that plays it now."""

    part: Part
    process: subprocess.Popen[bytes] | None = None
    deaths: list[float] = field(default_factory=list)
    restart_at: float | None = None
    log_start: int = 0

    def start(self) -> None:
        """Start it, after clearing what an earlier one left."""
        self.restart_at = None
        self.part.before()
        log = self.part.log
        self.log_start = log.stat().st_size if log.exists() else 0
        self.process = process.spawn(
            self.part.command,
            env=self.part.env,
            log=log,
            cwd=self.part.cwd,
            user=self.part.user,
            death_signal=self.part.death_signal,
        )

    def is_dead(self) -> bool:
        """Whether it ran and has ended."""
        return self.process is not None and self.process.poll() is not None

    def how(self) -> str:
        """How it ended."""
        code = self.process.returncode if self.process else 0
        return f"signal {-code}" if code < 0 else f"exit code {code}"

    def last_words(self) -> str:
        """The end of its log since it started, with a hint if there is one."""
        log = self.part.log
        text = tail(log, start=self.log_start)
        return f"{text}{explain(text, folder=log.parent)}\n(all of it: {log})"


class Supervisor:
    """All running parts, in groups that start and stop together."""

    def __init__(self, console: Console, signals: Signals) -> None:
        self.console = console
        self.signals = signals
        self.groups: list[list[Running]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self, parts: Sequence[Part]) -> None:
        """Start parts side by side and return when all of them are ready."""
        group: list[Running] = []
        self.groups.append(group)
        for part in parts:
            running = Running(part)
            group.append(running)
            running.start()
        for running in group:
            self.wait_until_ready(running)

    def wait_until_ready(self, running: Running) -> None:
        """Raise if it dies, or is not ready when its time is over."""
        part = running.part
        deadline = time.monotonic() + part.patience
        while not part.ready():
            self.signals.check()
            if running.is_dead():
                raise CannotGoOn(
                    f"{part.name} could not start ({running.how()}). Its last words:\n"
                    f"{running.last_words()}"
                )
            if time.monotonic() > deadline:
                raise CannotGoOn(
                    f"{part.name} was not ready after {part.patience:.0f} s. Its last"
                    f" words:\n{running.last_words()}"
                )
            self.signals.wait(0.05)
        self.signals.check()

    def watch(self) -> None:
        """Keep everything running until somebody asks to stop."""
        while not self.signals.stops:
            now = time.monotonic()
            for running in self.everything():
                if running.restart_at is not None:
                    if now >= running.restart_at:
                        running.start()
                        self.console.say(f"  ↻ {running.part.name} was started again")
                elif running.is_dead():
                    self.note_death(running, now=now)
                else:
                    shorten(running.part.log)
            self.signals.wait(self.until_next_restart())

    def note_death(self, running: Running, *, now: float) -> None:
        """Plan the restart of a part that died, or give up if it dies again and again.

        The pause doubles with each death, so that a part that waits for another one
        does not burn the processor meanwhile.
        """
        part = running.part
        running.deaths = [at for at in running.deaths if now - at < WITHIN] + [now]
        count = len(running.deaths)
        if count >= DEATHS:
            raise CannotGoOn(
                f"{part.name} died {count} times within {WITHIN:.0f} s (the last time:"
                f" {running.how()}), so everything was stopped. Its last words:\n"
                f"{running.last_words()}"
            )
        pause = min(0.2 * 2 ** (count - 1), LONGEST_PAUSE)
        running.restart_at = now + pause
        self.console.say(
            f"  ! {part.name} died ({running.how()}); starting it again in {pause:.1f}"
            f" s, see {part.log}"
        )

    def until_next_restart(self) -> float:
        """How long there is nothing to do unless a signal comes."""
        planned = [r.restart_at for r in self.everything() if r.restart_at is not None]
        return max(0.0, min([10.0, *(at - time.monotonic() for at in planned)]))

    def everything(self) -> list[Running]:
        """All parts, in the order of their start."""
        return [running for group in self.groups for running in group]

    def stop(self) -> None:
        """Stop the last group first; another stop signal meanwhile forces all."""
        asked = len(self.signals.stops)
        while self.groups:
            group = self.groups.pop()
            alive = [r for r in group if r.process and not r.is_dead()]
            for running in alive:
                if running.process:
                    running.process.send_signal(running.part.stop_signal)
            deadline = time.monotonic() + 20
            while any(not r.is_dead() for r in alive):
                if len(self.signals.stops) > asked or time.monotonic() > deadline:
                    break
                self.signals.wait(0.2)
            # Also after a quiet end: a pool may have left somebody behind.
            for running in group:
                if running.process:
                    process.sweep(running.process)
