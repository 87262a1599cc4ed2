"""The goal for first replies that a new house begins with."""

from datetime import UTC, date, datetime
from typing import Any

from django.db import migrations


def first_goal(apps: Any, schema_editor: Any) -> None:
    """What the board measures first replies by until somebody sets another."""
    apps.get_model("sla", "Goal").objects.create(
        metric="first_reply",
        month=date(2020, 1, 1),
        percent=95,
        set_at=datetime(2020, 1, 1, tzinfo=UTC),
    )


class Migration(migrations.Migration):
    replaces = [
        ("sla", "0017_goals_of_promises"),
    ]

    dependencies = [("sla", "0002_rules")]

    operations = [migrations.RunPython(first_goal)]
