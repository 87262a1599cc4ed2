"""The Celery application of beat: it sends jobs by their names and knows none of them.

It needs the schedule, the broker's address and the format of the log, all of which are
settings. Models, jobs and pages would take three times the memory.
"""

import os

from celery import Celery
from django.conf import settings
from django.utils.log import configure_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")
configure_logging(settings.LOGGING_CONFIG, settings.LOGGING)

app = Celery("helpdesk", fixups=[])
app.config_from_object("django.conf:settings", namespace="CELERY")
