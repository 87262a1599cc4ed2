"""Today's figures read today's promises, however many years lie behind."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sla", "0003_record_knows_its_end")]

    operations = [
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(
                fields=["due_at"],
                name="clock_over",
                condition=~models.Q(status="running"),
            ),
        )
    ]
