"""The Celery application: queue `sla` for deadlines, queue `default` for the rest."""

import gc
import os
from typing import Any

from celery import Celery
from celery.signals import task_prerun, worker_before_create_process
from django.db import close_old_connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")
# What can be checked is checked before any start (`prepare`). Here it would bring every
# page, address and form into a worker, which has no use for them.
os.environ.setdefault("CELERY_SKIP_CHECKS", "1")

app = Celery("helpdesk", include=["helpdesk.tasks"])
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_before_create_process.connect
def share_memory(**_: Any) -> None:
    """What a worker has before it divides itself is left alone, and so stays one."""
    gc.collect()
    gc.freeze()


@task_prerun.connect
def renew_connection(**_: Any) -> None:
    """Look after the connection that tasks share, as Django does between requests."""
    close_old_connections()
