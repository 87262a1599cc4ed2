"""How many mails were given up lately is one look at an index."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sla", "0012_a_rollout_passes_over_bad_clocks")]

    operations = [
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(
                condition=models.Q(("failed_at__isnull", False)),
                fields=["failed_at"],
                name="notification_given_up",
            ),
        )
    ]
