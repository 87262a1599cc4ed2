"""Codes by which customers confirm that a number is theirs."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0004_email_addresses_and_revealed_contacts"),
    ]

    operations = [
        migrations.CreateModel(
            name="PhoneCode",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("phone_index", models.CharField(max_length=64)),
                ("language", models.CharField(blank=True, max_length=10)),
                ("hash", models.CharField(blank=True, max_length=64)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("ordered_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
                ("failed_at", models.DateTimeField(null=True)),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="codes",
                        to="customers.customer",
                    ),
                ),
            ],
            options={
                "verbose_name": "code for a phone",
                "verbose_name_plural": "codes for phones",
                "ordering": ("pk",),
                "indexes": [
                    models.Index(
                        fields=["phone_index", "ordered_at"],
                        name="phone_code_of_number",
                    ),
                    models.Index(
                        condition=models.Q(("hash", "")),
                        fields=["ordered_at"],
                        name="phone_code_ordered",
                    ),
                ],
            },
        ),
    ]
