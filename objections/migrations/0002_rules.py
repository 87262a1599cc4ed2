"""The statuses of objections; forms, evidence and answers are never changed."""

from django.db import migrations

STATUSES = """
ALTER TABLE tickets_ticket ADD CONSTRAINT objection_status_known
    CHECK (kind <> 'objection' OR status IN (
        'received', 'acknowledged', 'recorded', 'handed_off', 'investigating',
        'awaiting_evidence', 'investigated', 'withdrawn', 'pending_approval',
        'proposed', 'rejected', 'executing', 'executed', 'return_visit', 'reopened',
        'appealed', 'closed', 'archived'));
ALTER TABLE tickets_ticket ADD CONSTRAINT objection_closed_has_time
    CHECK (kind <> 'objection'
        OR (status IN ('withdrawn', 'closed', 'archived')) = (closed_at IS NOT NULL));
"""
FORMS = """
CREATE FUNCTION objections_form_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'form_version_append_only: a frozen handling form never changes'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER form_version_append_only BEFORE UPDATE OR DELETE
    ON objections_formversion FOR EACH ROW EXECUTE FUNCTION objections_form_refuse();
"""
EVIDENCE = """
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
ANSWERS = """
CREATE FUNCTION objections_offer_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'offer_append_only: what was offered never changes'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER measure_append_only BEFORE UPDATE OR DELETE
    ON objections_measure FOR EACH ROW EXECUTE FUNCTION objections_offer_refuse();
CREATE TRIGGER demand_answer_append_only BEFORE UPDATE OR DELETE
    ON objections_demandanswer FOR EACH ROW EXECUTE FUNCTION objections_offer_refuse();
CREATE TRIGGER return_visit_append_only BEFORE UPDATE OR DELETE
    ON objections_returnvisit FOR EACH ROW EXECUTE FUNCTION objections_offer_refuse();
"""


class Migration(migrations.Migration):
    replaces = [
        ("objections", "0002_known_statuses_and_frozen_forms"),
        ("objections", "0004_statuses_of_an_investigation_and_fixed_evidence"),
        ("objections", "0007_statuses_to_the_archive"),
    ]

    dependencies = [("objections", "0001_tables")]

    operations = [
        migrations.RunSQL(STATUSES),
        migrations.RunSQL(FORMS),
        migrations.RunSQL(EVIDENCE),
        migrations.RunSQL(ANSWERS),
    ]
