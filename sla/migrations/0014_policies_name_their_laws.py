"""A policy names the laws that it rests on (IN-02, OB-02)."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sla", "0013_mails_that_were_given_up")]

    operations = [
        migrations.AddField(
            model_name="policy",
            name="laws",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=80),
                blank=True,
                default=list,
                size=None,
                verbose_name="laws that it rests on",
            ),
        )
    ]
