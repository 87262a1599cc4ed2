"""The database knows the statuses of objections, and no frozen form ever changes."""

from django.db import migrations

CREATE = """
ALTER TABLE tickets_ticket ADD CONSTRAINT objection_status_known
    CHECK (kind <> 'objection' OR status IN (
        'received', 'acknowledged', 'recorded', 'handed_off', 'investigating',
        'withdrawn'));
ALTER TABLE tickets_ticket ADD CONSTRAINT objection_closed_has_time
    CHECK (kind <> 'objection'
        OR (status IN ('withdrawn')) = (closed_at IS NOT NULL));
CREATE FUNCTION objections_form_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'form_version_append_only: a frozen handling form never changes'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER form_version_append_only BEFORE UPDATE OR DELETE
    ON objections_formversion FOR EACH ROW EXECUTE FUNCTION objections_form_refuse();
"""
DROP = """
DROP TRIGGER form_version_append_only ON objections_formversion;
DROP FUNCTION objections_form_refuse();
ALTER TABLE tickets_ticket DROP CONSTRAINT objection_closed_has_time;
ALTER TABLE tickets_ticket DROP CONSTRAINT objection_status_known;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("objections", "0001_initial"),
        ("tickets", "0012_objections"),
    ]

    operations = [migrations.RunSQL(CREATE, DROP)]
