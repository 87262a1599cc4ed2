"""Pairs of what is written wait to be put in their places together."""

from django.contrib.postgres.indexes import GinIndex
from django.db import migrations

import customers.said

CHANGE = """
ALTER INDEX customer_surname_says SET (fastupdate = on, gin_pending_list_limit = 128)
"""
BACK = """
ALTER INDEX customer_surname_says SET (fastupdate = off);
ALTER INDEX customer_surname_says RESET (gin_pending_list_limit);
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0003_surnames_are_found_by_any_part")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(CHANGE, BACK)],
            state_operations=[
                migrations.RemoveIndex("customer", "customer_surname_says"),
                migrations.AddIndex(
                    "customer",
                    GinIndex(
                        customers.said.Pairs("surname"),
                        fastupdate=True,
                        gin_pending_list_limit=128,
                        name="customer_surname_says",
                    ),
                ),
            ],
        )
    ]
