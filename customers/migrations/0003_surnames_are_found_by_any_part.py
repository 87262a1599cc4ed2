"""Customers are found by any part of the surname, and by the end of the number."""

import django.contrib.postgres.indexes
from django.db import migrations, models

import customers.said

# Only what pg_catalog has: a dump is restored with nothing else in the search path.
CREATE = """
CREATE FUNCTION pairs(text) RETURNS text[]
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
SELECT array_agg(a || b)
  FROM unnest(string_to_array(lower($1), NULL),
              (string_to_array(lower($1), NULL))[2:]) AS side_by_side (a, b)
 WHERE b IS NOT NULL
$$;
"""
DROP = "DROP FUNCTION pairs(text)"


class Migration(migrations.Migration):
    dependencies = [("customers", "0002_rules")]

    operations = [
        migrations.RunSQL(CREATE, DROP),
        migrations.AddIndex(
            model_name="customer",
            index=django.contrib.postgres.indexes.GinIndex(
                customers.said.Pairs("surname"),
                fastupdate=False,
                name="customer_surname_says",
            ),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(
                fields=["surname"],
                name="customer_surname_begins",
                opclasses=("varchar_pattern_ops",),
            ),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(
                condition=models.Q(("phone_tail", ""), _negated=True),
                fields=["phone_tail"],
                name="customer_phone_tail",
            ),
        ),
    ]
