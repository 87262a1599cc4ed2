"""A rollout remembers how far it has come."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sla", "0010_who_had_a_mail_lately"),
    ]

    operations = [
        migrations.AddField(
            model_name="rollout",
            name="reached",
            field=models.BigIntegerField(
                default=0, help_text="The last clock that was looked at."
            ),
        ),
    ]
