"""Words are found by any part; each queue of the desk has an index in its order."""

import django.contrib.postgres.indexes
from django.conf import settings
from django.db import migrations, models

import customers.said


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0003_surnames_are_found_by_any_part"),
        ("staff", "0002_rules"),
        ("tickets", "0002_rules"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="ticket",
            name="ticket_open_by_urgency",
        ),
        migrations.RemoveIndex(
            model_name="ticket",
            name="ticket_open_of_assignee",
        ),
        migrations.AddIndex(
            model_name="message",
            index=django.contrib.postgres.indexes.GinIndex(
                customers.said.Pairs("text"), fastupdate=False, name="message_says"
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("closed_at", None)),
                fields=[
                    "next_due_at",
                    "customer_waiting_since",
                    "-last_message_at",
                    "id",
                ],
                name="ticket_open_by_urgency",
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("closed_at", None)),
                fields=[
                    "assignee",
                    "next_due_at",
                    "customer_waiting_since",
                    "-last_message_at",
                    "id",
                ],
                name="ticket_of_assignee_by_urgency",
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("assignee", None), ("closed_at", None)),
                fields=[
                    "next_due_at",
                    "customer_waiting_since",
                    "-last_message_at",
                    "id",
                ],
                name="ticket_unassigned_by_urgency",
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("assignee", None), ("closed_at", None)),
                fields=["-created_at"],
                name="ticket_unassigned_newest",
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("closed_at", None)),
                fields=["department"],
                name="ticket_open_of_department",
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("closed_at", None), ("kind", "objection")),
                fields=["status"],
                name="ticket_objection_by_status",
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=django.contrib.postgres.indexes.GinIndex(
                condition=models.Q(("closed_at", None)),
                fastupdate=False,
                fields=["involved"],
                name="ticket_involved_open",
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=django.contrib.postgres.indexes.GinIndex(
                condition=models.Q(("closed_at__isnull", False)),
                fastupdate=False,
                fields=["involved"],
                name="ticket_involved_closed",
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=django.contrib.postgres.indexes.GinIndex(
                customers.said.Pairs("number"),
                fastupdate=False,
                name="ticket_number_says",
            ),
        ),
    ]
