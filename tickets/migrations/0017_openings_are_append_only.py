"""The database refuses to change or delete a line of who has looked at a ticket."""

from django.db import migrations

CREATE = """
CREATE FUNCTION tickets_opening_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'opening_append_only: who has looked is never changed'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER opening_append_only BEFORE UPDATE OR DELETE ON tickets_opening
    FOR EACH ROW EXECUTE FUNCTION tickets_opening_refuse();
"""
DROP = """
DROP TRIGGER opening_append_only ON tickets_opening;
DROP FUNCTION tickets_opening_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0016_who_has_looked")]

    operations = [migrations.RunSQL(CREATE, DROP)]
