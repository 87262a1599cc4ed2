"""Whether somebody had a mail within the last minute is one look at an index."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sla", "0009_a_running_clock_wakes")]

    operations = [
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(
                condition=models.Q(("medium", "mail"), ("sent_at__isnull", False)),
                fields=["recipient", "-sent_at"],
                name="notification_sent",
            ),
        )
    ]
