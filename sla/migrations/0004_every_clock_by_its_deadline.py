"""Lists of all clocks begin with the earliest deadline."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sla", "0003_first_goal"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(fields=["due_at", "id"], name="clock_by_deadline"),
        ),
    ]
