"""Objections are found by any part of the description and of the serial number."""

import django.contrib.postgres.indexes
from django.conf import settings
from django.db import migrations

import customers.said


class Migration(migrations.Migration):
    dependencies = [
        ("inquiries", "0002_rules"),
        ("objections", "0002_rules"),
        ("tickets", "0003_what_is_said_is_found_and_queues_are_indexed"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="objection",
            index=django.contrib.postgres.indexes.GinIndex(
                customers.said.Pairs("serial_number"),
                fastupdate=False,
                name="objection_serial_says",
            ),
        ),
        migrations.AddIndex(
            model_name="objection",
            index=django.contrib.postgres.indexes.GinIndex(
                customers.said.Pairs("description"),
                fastupdate=False,
                name="objection_says",
            ),
        ),
    ]
