"""Statuses of an investigation; evidence and findings are never changed."""

from django.db import migrations

BEFORE = "'received', 'acknowledged', 'recorded', 'handed_off', 'investigating'"
STATUSES = """
ALTER TABLE tickets_ticket DROP CONSTRAINT objection_status_known;
ALTER TABLE tickets_ticket ADD CONSTRAINT objection_status_known
    CHECK (kind <> 'objection' OR status IN ({}, 'withdrawn'));
"""
CREATE = """
CREATE FUNCTION objections_evidence_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'evidence_append_only: what a finding rests on never changes'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER evidence_append_only BEFORE UPDATE OR DELETE
    ON objections_evidence FOR EACH ROW EXECUTE FUNCTION objections_evidence_refuse();
CREATE TRIGGER finding_append_only BEFORE UPDATE OR DELETE
    ON objections_finding FOR EACH ROW EXECUTE FUNCTION objections_evidence_refuse();
CREATE TRIGGER waiver_append_only BEFORE UPDATE OR DELETE
    ON objections_evidencewaiver
    FOR EACH ROW EXECUTE FUNCTION objections_evidence_refuse();
"""
DROP = """
DROP TRIGGER waiver_append_only ON objections_evidencewaiver;
DROP TRIGGER finding_append_only ON objections_finding;
DROP TRIGGER evidence_append_only ON objections_evidence;
DROP FUNCTION objections_evidence_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("objections", "0003_evidence_and_findings"),
        ("tickets", "0012_objections"),
    ]

    operations = [
        migrations.RunSQL(
            STATUSES.format(f"{BEFORE}, 'awaiting_evidence', 'investigated'"),
            STATUSES.format(BEFORE),
        ),
        migrations.RunSQL(CREATE, DROP),
    ]
