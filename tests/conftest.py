"""What every test finds: the policy in force, the company's basics, a fixed instant."""

import gc
from collections.abc import Iterator
from datetime import datetime
from unittest.mock import patch

import pytest
from django.core.cache import cache
from django.test import TransactionTestCase, override_settings
from django.utils import translation
from pytest_django import DjangoDbBlocker

from helpdesk.setup import loading
from sla.services import calendars, packs
from tests import factories
from tests.databases import Snapshot, Template
from tests.factories import AT
from tickets.models import Channel


def pytest_collection_finish() -> None:
    """Collect garbage rarely: what is loaded by now stays to the end.

    An eighth of the processor's time went into looking whether any of it could go.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def load_company() -> None:
    """Calendars, policy, departments, channels, scripts: what everybody has."""
    calendars.load(at=AT)
    for pack in packs.read_packs():
        packs.load(pack, at=AT)
    loading.load_basics()


@pytest.fixture(scope="session")
def template(django_db_modify_db_settings: None) -> Iterator[Template]:
    """Our turn to copy another process's database, or to make one for all."""
    it = Template()
    it.wait()
    yield it
    it.drop()


@pytest.fixture(scope="session")
def django_db_setup(
    template: Template, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """Load the basics once; tests roll back to them, or bring them back."""
    with django_db_blocker.unblock():
        if not template.found:
            load_company()
            template.make()
        template.pass_on()
        basics = Snapshot()

    def bring_back(test: TransactionTestCase) -> None:
        basics.bring_back()

    with patch.object(TransactionTestCase, "_fixture_teardown", bring_back):
        yield


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
