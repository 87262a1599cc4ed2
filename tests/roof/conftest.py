"""A Redis that is not there."""

from pathlib import Path

import pytest
from pytest_django import Settings


@pytest.fixture
def no_redis(settings: Settings, tmp_path: Path) -> None:
    """Cache and live notices look for a server that does not exist."""
    nowhere = f"unix://{tmp_path}/nobody.sock?db=0"
    settings.LIVE_REDIS_URL = nowhere
    default = settings.CACHES["default"] | {"LOCATION": nowhere}
    settings.CACHES = {"default": default}
