"""Inquiries that go on in another one."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

STATUSES = """
ALTER TABLE tickets_ticket DROP CONSTRAINT inquiry_closed_has_time;
ALTER TABLE tickets_ticket DROP CONSTRAINT inquiry_status_known;
ALTER TABLE tickets_ticket ADD CONSTRAINT inquiry_status_known
    CHECK (kind <> 'inquiry' OR status IN (
        'new', 'in_service', 'awaiting_verification', 'awaiting_customer', 'answered',
        'closed', 'abandoned', 'missed', 'merged'));
ALTER TABLE tickets_ticket ADD CONSTRAINT inquiry_closed_has_time
    CHECK (kind <> 'inquiry'
        OR (status IN ('closed', 'abandoned', 'merged')) = (closed_at IS NOT NULL));
"""
BEFORE = """
ALTER TABLE tickets_ticket DROP CONSTRAINT inquiry_closed_has_time;
ALTER TABLE tickets_ticket DROP CONSTRAINT inquiry_status_known;
ALTER TABLE tickets_ticket ADD CONSTRAINT inquiry_status_known
    CHECK (kind <> 'inquiry' OR status IN (
        'new', 'in_service', 'awaiting_verification', 'awaiting_customer', 'answered',
        'closed', 'abandoned', 'missed'));
ALTER TABLE tickets_ticket ADD CONSTRAINT inquiry_closed_has_time
    CHECK (kind <> 'inquiry'
        OR (status IN ('closed', 'abandoned')) = (closed_at IS NOT NULL));
"""


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("inquiries", "0007_offers_are_frozen"),
        ("tickets", "0010_tickets_that_belong_together"),
    ]

    operations = [
        migrations.RunSQL(STATUSES, BEFORE),
        migrations.CreateModel(
            name="Merge",
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
                    "reason",
                    models.CharField(blank=True, max_length=200, verbose_name="reason"),
                ),
                ("merged_at", models.DateTimeField(verbose_name="merged")),
                ("status_before", models.CharField(max_length=30)),
                ("waiting_since", models.DateTimeField(blank=True, null=True)),
                (
                    "undone_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="undone"),
                ),
                (
                    "inquiry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merges",
                        to="inquiries.inquiry",
                    ),
                ),
                (
                    "into",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="absorbed",
                        to="inquiries.inquiry",
                    ),
                ),
                (
                    "merged_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "undone_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "merge",
                "verbose_name_plural": "merges",
                "ordering": ("merged_at", "pk"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("inquiry", models.F("into")), _negated=True
                        ),
                        name="merge_never_into_itself",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("undone_at", None)),
                        fields=("inquiry",),
                        name="merge_one_standing_per_inquiry",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("undone_at", None), ("undone_by", None))
                        | models.Q(
                            ("undone_at__isnull", False), ("undone_by__isnull", False)
                        ),
                        name="merge_undone_by_somebody",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="inquirytopic",
            name="moved_by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="topics",
                to="inquiries.merge",
            ),
        ),
    ]
