"""A clock knows when the last line of its record was written."""

from django.db import migrations, models
from django.utils import timezone


class Migration(migrations.Migration):
    dependencies = [("sla", "0002_record_is_append_only")]

    operations = [
        migrations.AddField(
            model_name="clock",
            name="recorded_at",
            field=models.DateTimeField(default=timezone.now),
            preserve_default=False,
        )
    ]
