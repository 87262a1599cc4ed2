"""The database refuses to change or delete a line of a ticket's history."""

from django.db import migrations

CREATE = """
CREATE FUNCTION tickets_event_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'event_append_only: history is never changed'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE ON tickets_event
    FOR EACH ROW EXECUTE FUNCTION tickets_event_refuse();
"""
DROP = """
DROP TRIGGER event_append_only ON tickets_event;
DROP FUNCTION tickets_event_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0001_initial")]

    operations = [migrations.RunSQL(CREATE, DROP)]
