"""The desk lists what was closed last without reading the whole history."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0002_history_is_append_only")]

    operations = [
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                fields=["-closed_at", "-id"],
                name="ticket_lately_closed",
                condition=models.Q(closed_at__isnull=False),
            ),
        )
    ]
