"""A follow-up carries its text, when it goes out by itself, and why it did not."""

from datetime import timedelta
from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def tell_when(apps: Any, schema_editor: Any) -> None:
    """What waits already goes out half an hour after it was planned."""
    follow_ups = apps.get_model("inquiries", "FollowUp").objects
    follow_ups.filter(status="pending").update(
        send_at=models.F("created_at") + timedelta(minutes=30)
    )
    follow_ups.filter(status="not_permitted").update(reason="no_consent")
    follow_ups.filter(status="cancelled").update(reason="reopened")


class Migration(migrations.Migration):
    dependencies = [
        ("inquiries", "0008_merges"),
        ("sla", "0013_mails_that_were_given_up"),
        ("tickets", "0009_departments_involved"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="followup",
            name="edited_by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="followup",
            name="leased_until",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="followup",
            name="message",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="tickets.message",
            ),
        ),
        migrations.AddField(
            model_name="followup",
            name="reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("no_consent", "The customer did not agree to be written to"),
                    ("reopened", "The conversation went on"),
                    ("by_hand", "A colleague decided so"),
                    ("no_carrier", "No way to reach the customer"),
                    ("fault", "A fault on our side"),
                    ("late", "Sent after its deadline"),
                ],
                db_default="",
                max_length=20,
                verbose_name="why not",
            ),
        ),
        migrations.AddField(
            model_name="followup",
            name="remark",
            field=models.CharField(
                blank=True, db_default="", max_length=200, verbose_name="remark"
            ),
        ),
        migrations.AddField(
            model_name="followup",
            name="send_at",
            field=models.DateTimeField(
                blank=True, null=True, verbose_name="sent automatically"
            ),
        ),
        migrations.AddField(
            model_name="followup",
            name="text",
            field=models.TextField(blank=True, db_default="", verbose_name="text"),
        ),
        migrations.AddField(
            model_name="followup",
            name="tries",
            field=models.PositiveSmallIntegerField(
                db_default=0, default=0, verbose_name="attempts"
            ),
        ),
        migrations.RunPython(tell_when, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="followup",
            index=models.Index(
                condition=models.Q(("status", "pending")),
                fields=["send_at"],
                name="follow_up_to_send",
            ),
        ),
        migrations.AddConstraint(
            model_name="followup",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "pending"), _negated=True),
                    ("send_at__isnull", False),
                    _connector="OR",
                ),
                name="follow_up_pending_has_a_time",
            ),
        ),
    ]
