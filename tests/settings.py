"""The product's settings, with what tests need: speed, and a place of their own."""

import os
from pathlib import Path
from tempfile import gettempdir

os.environ.setdefault("SECRET_KEY", "a-key-for-tests-only-that-is-long-enough")
os.environ.setdefault("CONTACT_KEYS", "dGVzdHMtb25seS10ZXN0cy1vbmx5LXRlc3RzLW9ubHk=")

from helpdesk.settings import *  # noqa: F403
from helpdesk.settings import DATABASES, redis_url

# Two runs on one server do not disturb each other.
DATABASES["default"]["TEST"] = {
    "NAME": f"test_{DATABASES['default']['NAME']}_{os.getpid()}"
}

# Each process of pytest-xdist has Redis databases of its own. Published notices know no
# databases: a test that listens looks for its own ticket's number.
_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 7
LIVE_REDIS_URL = redis_url(2 + 2 * _WORKER)
CELERY_BROKER_URL = redis_url(2 + 2 * _WORKER, scheme="celery")
CACHES = {
    "default": {
        "BACKEND": "helpdesk.cache.PatientRedisCache",
        "LOCATION": redis_url(3 + 2 * _WORKER),
    }
}

# A fixture moves files into pytest's own folder; nothing is ever written here.
MEDIA_ROOT = Path(gettempdir()) / "shoushi-tests-have-no-media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
