"""Files come part by part, and a virus scanner may look at them."""

from django.db import migrations, models

SCAN = [
    ("off", "not scanned"),
    ("waiting", "being checked"),
    ("clean", "scanned"),
    ("infected", "removed, it held harmful software"),
]


def scan_field() -> models.CharField:
    return models.CharField(choices=SCAN, db_default="off", default="off", max_length=8)


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0014_verbs_of_settlement"),
    ]

    operations = [
        migrations.AddField("attachment", "scan", scan_field()),
        migrations.AddField("stagedfile", "scan", scan_field()),
        migrations.AddField(
            "stagedfile",
            "line",
            models.CharField(blank=True, db_default="", max_length=32),
            preserve_default=False,
        ),
        migrations.AddField(
            "stagedfile",
            "received",
            models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            "stagedfile", "inspected_at", models.DateTimeField(null=True)
        ),
        migrations.AlterField(
            "stagedfile",
            "content_type",
            models.CharField(blank=True, max_length=60),
        ),
        # What waits already came whole.
        migrations.RunSQL(
            "UPDATE tickets_stagedfile SET received = size, inspected_at = staged_at",
            migrations.RunSQL.noop,
        ),
        migrations.AddConstraint(
            "stagedfile",
            models.CheckConstraint(
                condition=models.Q(received__lte=models.F("size")),
                name="staged_file_not_beyond_size",
            ),
        ),
        migrations.AddConstraint(
            "stagedfile",
            models.CheckConstraint(
                condition=models.Q(scan__in=["off", "waiting", "clean", "infected"]),
                name="staged_file_scan_known",
            ),
        ),
        migrations.AddConstraint(
            "attachment",
            models.CheckConstraint(
                condition=models.Q(scan__in=["off", "waiting", "clean", "infected"]),
                name="attachment_scan_known",
            ),
        ),
        migrations.AddIndex(
            "attachment",
            models.Index(
                condition=models.Q(scan="waiting"),
                fields=["id"],
                name="attachment_to_scan",
            ),
        ),
    ]
