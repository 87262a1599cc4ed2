"""The database refuses to change or delete a line of who saw which number."""

from django.db import migrations

REVEALS = """
CREATE FUNCTION customers_reveal_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'reveal_append_only: who saw a number is never changed'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER reveal_append_only BEFORE UPDATE OR DELETE ON customers_reveallog
    FOR EACH ROW EXECUTE FUNCTION customers_reveal_refuse();
"""


class Migration(migrations.Migration):
    replaces = [
        ("customers", "0003_reveals_are_append_only"),
    ]

    dependencies = [("customers", "0001_tables")]

    operations = [migrations.RunSQL(REVEALS)]
