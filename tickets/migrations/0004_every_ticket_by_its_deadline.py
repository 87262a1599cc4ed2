"""Lists of all tickets begin with the nearest deadline."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0003_what_is_said_is_found_and_queues_are_indexed"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(fields=["next_due_at", "id"], name="ticket_by_deadline"),
        ),
    ]
