"""The product's server and settings, without its pages and what stands before them."""

from django.conf import settings
from django.test import override_settings

override_settings(
    ROOT_URLCONF="bench.bare.urls",
    MIDDLEWARE=[],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "DIRS": [settings.BASE_DIR / "bench" / "bare" / "templates"],
        }
    ],
).enable()

from helpdesk.asgi import application  # noqa: E402

__all__ = ["application"]
