"""Statuses from the proposal to the archive; what was answered is never changed."""

from django.db import migrations

BEFORE = (
    "'received', 'acknowledged', 'recorded', 'handed_off', 'investigating',"
    " 'awaiting_evidence', 'investigated', 'withdrawn'"
)
ADDED = (
    "'pending_approval', 'proposed', 'rejected', 'executing', 'executed',"
    " 'return_visit', 'reopened', 'appealed', 'closed', 'archived'"
)
STATUSES = """
ALTER TABLE tickets_ticket DROP CONSTRAINT objection_status_known;
ALTER TABLE tickets_ticket ADD CONSTRAINT objection_status_known
    CHECK (kind <> 'objection' OR status IN ({}));
ALTER TABLE tickets_ticket DROP CONSTRAINT objection_closed_has_time;
ALTER TABLE tickets_ticket ADD CONSTRAINT objection_closed_has_time
    CHECK (kind <> 'objection'
        OR (status IN ({})) = (closed_at IS NOT NULL));
"""
CREATE = """
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
DROP = """
DROP TRIGGER return_visit_append_only ON objections_returnvisit;
DROP TRIGGER demand_answer_append_only ON objections_demandanswer;
DROP TRIGGER measure_append_only ON objections_measure;
DROP FUNCTION objections_offer_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("objections", "0006_proposals_to_archive")]

    operations = [
        migrations.RunSQL(
            STATUSES.format(f"{BEFORE}, {ADDED}", "'withdrawn', 'closed', 'archived'"),
            STATUSES.format(BEFORE, "'withdrawn'"),
        ),
        migrations.RunSQL(CREATE, DROP),
    ]
