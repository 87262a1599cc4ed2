"""Files that are sent one by one before their message."""

import uuid

from django.db import migrations, models

import tickets.models.staged


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0012_objections"),
    ]

    operations = [
        migrations.CreateModel(
            name="StagedFile",
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
                ("owner", models.CharField(max_length=43)),
                ("client_token", models.UUIDField(default=uuid.uuid4)),
                ("name", models.CharField(max_length=120)),
                ("content_type", models.CharField(max_length=60)),
                ("size", models.PositiveIntegerField(help_text="bytes")),
                ("width", models.PositiveIntegerField(null=True)),
                ("height", models.PositiveIntegerField(null=True)),
                ("file", models.FileField(upload_to=tickets.models.staged.staged_path)),
                ("staged_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "file that waits for its message",
                "verbose_name_plural": "files that wait for their message",
                "ordering": ("pk",),
                "indexes": [
                    models.Index(fields=["staged_at"], name="staged_file_oldest")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("owner", "client_token"), name="staged_file_once"
                    )
                ],
            },
        ),
    ]
