"""Units that are kept back until somebody has looked at them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0002_devices_speak_english_too"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Quarantine",
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
                (
                    "serial_number",
                    models.CharField(max_length=60, verbose_name="serial number"),
                ),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
                ("since", models.DateTimeField(verbose_name="since")),
                (
                    "lifted_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="lifted"),
                ),
                (
                    "lift_reason",
                    models.CharField(
                        blank=True, max_length=200, verbose_name="why it was lifted"
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
                (
                    "device",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="quarantines",
                        to="catalog.device",
                        verbose_name="device",
                    ),
                ),
                (
                    "lifted_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="lifted by",
                    ),
                ),
            ],
            options={
                "verbose_name": "unit in quarantine",
                "verbose_name_plural": "units in quarantine",
                "ordering": ("-since", "-pk"),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("lifted_at", None)),
                        fields=("serial_number",),
                        name="quarantine_once_per_serial",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("serial_number", ""), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                        ),
                        name="quarantine_names_unit_and_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("lift_reason", ""),
                                ("lifted_at", None),
                                ("lifted_by", None),
                            ),
                            models.Q(
                                ("lifted_at__isnull", False),
                                ("lifted_by__isnull", False),
                                models.Q(("lift_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="quarantine_lifted_with_reason",
                    ),
                ],
            },
        ),
    ]
