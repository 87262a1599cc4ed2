"""What nobody looks for has no index; pairs wait to be put in their places together."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import migrations, models
from django.db.models.deletion import PROTECT

import customers.said

CHANGE = """
ALTER INDEX message_says SET (fastupdate = on, gin_pending_list_limit = 128);
ALTER INDEX ticket_number_says SET (fastupdate = on, gin_pending_list_limit = 128);
"""
BACK = """
ALTER INDEX message_says SET (fastupdate = off);
ALTER INDEX message_says RESET (gin_pending_list_limit);
ALTER INDEX ticket_number_says SET (fastupdate = off);
ALTER INDEX ticket_number_says RESET (gin_pending_list_limit);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0004_every_ticket_by_its_deadline"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            "event",
            "actor",
            models.ForeignKey(
                settings.AUTH_USER_MODEL, PROTECT, null=True, blank=True, db_index=False
            ),
        ),
        migrations.AlterField(
            "event",
            "ticket",
            models.ForeignKey(
                "tickets.ticket", PROTECT, related_name="events", db_index=False
            ),
        ),
        migrations.AlterField(
            "message",
            "author",
            models.ForeignKey(
                settings.AUTH_USER_MODEL, PROTECT, null=True, blank=True, db_index=False
            ),
        ),
        migrations.AlterField(
            "message",
            "ticket",
            models.ForeignKey(
                "tickets.ticket", PROTECT, related_name="messages", db_index=False
            ),
        ),
        migrations.AlterField(
            "ticket",
            "store",
            models.ForeignKey(
                "tickets.store",
                PROTECT,
                null=True,
                blank=True,
                db_index=False,
                help_text="Where the customer stood (IN-13).",
                verbose_name="store",
            ),
        ),
        migrations.AddConstraint(
            "ticket",
            models.UniqueConstraint(fields=("number",), name="ticket_number_once"),
        ),
        migrations.AlterField(
            "ticket", "number", models.CharField("number", max_length=20)
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(CHANGE, BACK)],
            state_operations=[
                migrations.RemoveIndex("message", "message_says"),
                migrations.RemoveIndex("ticket", "ticket_number_says"),
                migrations.AddIndex(
                    "message",
                    GinIndex(
                        customers.said.Pairs("text"),
                        fastupdate=True,
                        gin_pending_list_limit=128,
                        name="message_says",
                    ),
                ),
                migrations.AddIndex(
                    "ticket",
                    GinIndex(
                        customers.said.Pairs("number"),
                        fastupdate=True,
                        gin_pending_list_limit=128,
                        name="ticket_number_says",
                    ),
                ),
            ],
        ),
    ]
