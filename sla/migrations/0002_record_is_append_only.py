"""The database refuses to change a clock's record, save for marking it as told."""

from django.db import migrations

CREATE = """
CREATE FUNCTION sla_clockevent_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.announced_at IS NULL
       AND to_jsonb(NEW) - 'announced_at' = to_jsonb(OLD) - 'announced_at' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'clock_event_append_only: the record is never changed'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER clock_event_append_only BEFORE UPDATE OR DELETE ON sla_clockevent
    FOR EACH ROW EXECUTE FUNCTION sla_clockevent_refuse();
"""
DROP = """
DROP TRIGGER clock_event_append_only ON sla_clockevent;
DROP FUNCTION sla_clockevent_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("sla", "0001_initial")]

    operations = [migrations.RunSQL(CREATE, DROP)]
