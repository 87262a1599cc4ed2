"""What every test finds: the policy in force, the company's basics, a fixed instant."""

from collections.abc import Generator, Iterator
from datetime import datetime

import pytest
from django.core.cache import cache
from django.test import override_settings
from django.utils import translation
from pytest_django import DjangoDbBlocker

from helpdesk.setup import loading
from sla.services import calendars, packs
from tests import factories
from tests.factories import AT
from tickets.models import Channel


def load_company() -> None:
    """Calendars, policy, departments, channels, scripts: what everybody has."""
    calendars.load(at=AT)
    for pack in packs.read_packs():
        packs.load(pack, at=AT)
    loading.load_basics()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Load the basics once per database; tests roll back to them."""
    with django_db_blocker.unblock():
        load_company()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(
    item: pytest.Item, nextitem: pytest.Item | None
) -> Generator[None]:
    """A test with real transactions empties every table: bring the basics back."""
    blocker = getattr(item, "funcargs", {}).get("django_db_blocker")
    yield
    if nextitem is not None and blocker is not None and _commits(item):
        with blocker.unblock():
            load_company()


def _commits(item: pytest.Item) -> bool:
    mark = item.get_closest_marker("django_db")
    names = set(getattr(item, "fixturenames", ()))
    return bool(mark and mark.kwargs.get("transaction")) or not names.isdisjoint(
        {"transactional_db", "live_server"}
    )


@pytest.fixture(autouse=True, scope="session")
def _files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Uploaded files go into pytest's own folder."""
    with override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media")):
        yield


@pytest.fixture(autouse=True)
def _no_throttle_from_earlier_tests(request: pytest.FixtureRequest) -> None:
    """Start with an empty cache wherever a page or the API is asked."""
    if not {"client", "live_server", "api", "rf"}.isdisjoint(request.fixturenames):
        cache.clear()


@pytest.fixture
def at() -> datetime:
    """A Monday morning, 10:00 in Shanghai."""
    return AT


@pytest.fixture
def english() -> Iterator[None]:
    """Read messages as they are written in the source."""
    with translation.override("en"):
        yield


@pytest.fixture
def web_chat(db: None) -> Channel:
    """The channel of the portal."""
    return factories.channel("web_chat")
