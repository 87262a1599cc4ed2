"""The database refuses to change or delete a line of who was on duty."""

from django.db import migrations

PRESENCE = """
CREATE FUNCTION staff_presence_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'presence_append_only: who was on duty is never changed'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER presence_append_only BEFORE UPDATE OR DELETE ON staff_presenceline
    FOR EACH ROW EXECUTE FUNCTION staff_presence_refuse();
"""


class Migration(migrations.Migration):
    replaces = [
        ("staff", "0006_presence_is_append_only"),
    ]

    dependencies = [("staff", "0001_tables")]

    operations = [migrations.RunSQL(PRESENCE)]
