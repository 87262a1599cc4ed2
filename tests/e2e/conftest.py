"""The whole product, started as a newcomer starts it, and a real browser to use it."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import psutil
import psycopg2
import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    StorageState,
    sync_playwright,
)

from helpdesk.launch import env_files

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 180
OF_THE_TEST_RUN = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "DEMO")


LATE_SQL = """
UPDATE tickets_ticket SET status = 'closed', closed_at = now()
 WHERE kind = 'inquiry' AND closed_at IS NULL AND next_due_at < now()
"""


class House:
    """A running product: its address, and its own command line."""

    def __init__(self, url: str, env: dict[str, str], pid: int) -> None:
        self.url = url
        self._pid = pid
        self._env = env
        self.sessions: dict[str, StorageState] = {}

    def kill(self, part: str) -> None:
        """End a part as a crash would; `part` is a word of its command line."""
        child = self._part(part)
        child.kill()
        child.wait()

    @contextmanager
    def stalled(self, part: str) -> Iterator[None]:
        """Let a part hang for a while; it lives on afterwards."""
        child = self._part(part)
        child.suspend()
        try:
            yield
        finally:
            child.resume()

    def _part(self, part: str) -> psutil.Process:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            for child in psutil.Process(self._pid).children():
                if child.status() != psutil.STATUS_ZOMBIE and part in child.cmdline():
                    return child
            time.sleep(0.05)
        pytest.fail(f"no {part} runs")

    def clear_desk(self) -> None:
        """End what is late: the list begins with that, and the next test looks there."""
        data = Path(self._env["DATA_DIR"])
        url = env_files.read(data / "runtime.env")["DATABASE_URL"]
        with closing(psycopg2.connect(url)) as database, database.cursor() as cursor:
            cursor.execute(LATE_SQL)
            database.commit()

    def manage(self, *args: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "helpdesk.launch", "manage", *args],
            cwd=ROOT,
            env=self._env,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        return done.stdout.strip()


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def wait_until_healthy(url: str, process: "subprocess.Popen[str]", log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            pytest.fail(f"the product stopped while starting:\n{log.read_text()}")
        try:
            with urlopen(f"{url}/healthz", timeout=2) as response:  # noqa: S310
                if response.status == 200:
                    return
        except (URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"the product is not healthy:\n{log.read_text()}")


@pytest.fixture(scope="package")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """`up` in a data folder of its own, on a port of its own."""
    folder = tmp_path_factory.mktemp("house")
    port = free_port()
    env = {k: v for k, v in os.environ.items() if k not in OF_THE_TEST_RUN}
    env |= {"DATA_DIR": str(folder / "data"), "PORT": str(port), "NO_COLOR": "1"}
    log = folder / "up.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "helpdesk.launch", "up"],
            cwd=ROOT,
            env=env,
            stdout=out,
            stderr=subprocess.STDOUT,
            text=True,
        )
        url = f"http://127.0.0.1:{port}"
        try:
            wait_until_healthy(url, process, log)
            yield House(url, env, process.pid)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=START_SECONDS)


@pytest.fixture(scope="module", autouse=True)
def _clear_desk(house: House) -> None:
    """Nothing late is left of other files."""
    house.clear_desk()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One for all these tests, and closed before others come.

    As long as Playwright's loop runs in this process, Django refuses any database.
    """
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM") or "/usr/bin/chromium",
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ],
        )
        yield chromium
        chromium.close()


# htmx says so aloud when a newer request takes the place of one that is still under way
# (`hx-sync="this:replace"`); a request that fails says something else as well.
REPLACED = ("htmx:sendAbort,", "htmx:afterRequest,")


class Watched:
    """A page of a person of their own, with what went wrong on it."""

    def __init__(self, page: Page, house: House) -> None:
        self.page = page
        self.problems: list[str] = []
        page.on("pageerror", lambda error: self.problems.append(f"script: {error}"))
        page.on(
            "console",
            lambda line: (
                self.problems.append(f"console: {line.text}")
                if line.type == "error" and not line.text.startswith(REPLACED)
                else None
            ),
        )
        page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith((house.url, "data:", "blob:"))
                else self.problems.append(f"foreign host: {request.url}")
            ),
        )


Visit = Callable[..., Watched]


@pytest.fixture
def visit(browser: Browser, house: House) -> Iterator[Visit]:
    """Open a page as somebody: `visit("/")` a stranger, `visit("/desk/", "agent1")`."""
    contexts: list[BrowserContext] = []

    def signed_in(username: str) -> StorageState | None:
        """Sign in by a one-time link, once for all tests."""
        if username and username not in house.sessions:
            line = house.manage("sign_in_link", username, "--base", house.url)
            with browser.new_context() as context:
                page = context.new_page()
                page.goto(line.split()[-1])
                page.locator("main form button[type=submit]").click()
                page.wait_for_url(lambda url: "/sign-in/" not in url)
                house.sessions[username] = context.storage_state()
        return house.sessions.get(username)

    def open_page(
        path: str,
        username: str = "",
        *,
        width: int = 1440,
        height: int = 900,
        dark: bool = False,
        language: str = "zh-CN",
    ) -> Watched:
        context = browser.new_context(
            base_url=house.url,
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            locale=language,
            storage_state=signed_in(username),
        )
        contexts.append(context)
        page = context.new_page()
        watched = Watched(page, house)
        page.goto(path)
        return watched

    yield open_page
    for context in contexts:
        context.close()
