"""The PDF of each frozen handling form, per language."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

import objections.models.form


class Migration(migrations.Migration):
    dependencies = [
        ("objections", "0004_statuses_of_an_investigation_and_fixed_evidence"),
    ]

    operations = [
        migrations.CreateModel(
            name="FormDocument",
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
                    "public_id",
                    models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
                ),
                ("language", models.CharField(max_length=10)),
                (
                    "file",
                    models.FileField(
                        blank=True, upload_to=objections.models.form.document_path
                    ),
                ),
                ("tried_at", models.DateTimeField(blank=True, null=True)),
                (
                    "version",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="objections.formversion",
                    ),
                ),
            ],
            options={
                "verbose_name": "document of a handling form",
                "verbose_name_plural": "documents of handling forms",
                "ordering": ("pk",),
                "indexes": [
                    models.Index(
                        condition=models.Q(("file", "")),
                        fields=["id"],
                        name="form_document_wanted",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("version", "language"),
                        name="form_document_per_language",
                    )
                ],
            },
        ),
    ]
