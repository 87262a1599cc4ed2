"""Pairs of what is filed wait to be put in their places together."""

from django.contrib.postgres.indexes import GinIndex
from django.db import migrations

import customers.said

CHANGE = """
ALTER INDEX objection_serial_says SET (fastupdate = on, gin_pending_list_limit = 128);
ALTER INDEX objection_says SET (fastupdate = on, gin_pending_list_limit = 128);
"""
BACK = """
ALTER INDEX objection_serial_says SET (fastupdate = off);
ALTER INDEX objection_serial_says RESET (gin_pending_list_limit);
ALTER INDEX objection_says SET (fastupdate = off);
ALTER INDEX objection_says RESET (gin_pending_list_limit);
"""


class Migration(migrations.Migration):
    dependencies = [("objections", "0003_what_is_filed_is_found")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(CHANGE, BACK)],
            state_operations=[
                migrations.RemoveIndex("objection", "objection_serial_says"),
                migrations.RemoveIndex("objection", "objection_says"),
                migrations.AddIndex(
                    "objection",
                    GinIndex(
                        customers.said.Pairs("serial_number"),
                        fastupdate=True,
                        gin_pending_list_limit=128,
                        name="objection_serial_says",
                    ),
                ),
                migrations.AddIndex(
                    "objection",
                    GinIndex(
                        customers.said.Pairs("description"),
                        fastupdate=True,
                        gin_pending_list_limit=128,
                        name="objection_says",
                    ),
                ),
            ],
        )
    ]
