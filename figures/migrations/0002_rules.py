"""The database refuses to change what was taken away, handed over or reported."""

from django.db import migrations

EXPORTS = """
CREATE FUNCTION figures_export_log_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'export_log_append_only: who took what away is never changed'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER export_log_append_only BEFORE UPDATE OR DELETE ON figures_exportlog
    FOR EACH ROW EXECUTE FUNCTION figures_export_log_refuse();
"""
SHIFTS = """
CREATE FUNCTION figures_sheet_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE'
        AND (OLD.id, OLD.shift_id, OLD.day, OLD.since, OLD.until, OLD.made_at,
             OLD.content, OLD.hash)
            IS NOT DISTINCT FROM
            (NEW.id, NEW.shift_id, NEW.day, NEW.since, NEW.until, NEW.made_at,
             NEW.content, NEW.hash)
        AND (OLD.handed_at IS NULL
             OR (OLD.handed_by_id, OLD.handed_at, OLD.words)
                IS NOT DISTINCT FROM (NEW.handed_by_id, NEW.handed_at, NEW.words))
        AND (OLD.taken_at IS NULL
             OR (OLD.taken_by_id, OLD.taken_at)
                IS NOT DISTINCT FROM (NEW.taken_by_id, NEW.taken_at))
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'shift_sheet_append_only: a handover sheet never changes'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER shift_sheet_append_only BEFORE UPDATE OR DELETE
    ON figures_shiftsheet FOR EACH ROW EXECUTE FUNCTION figures_sheet_keep();
CREATE FUNCTION figures_digest_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'shift_digest_append_only: a digest never changes'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER shift_digest_append_only BEFORE UPDATE OR DELETE
    ON figures_shiftdigest FOR EACH ROW EXECUTE FUNCTION figures_digest_refuse();
"""
REPORTS = """
CREATE FUNCTION figures_report_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE'
       OR (NEW.cycle, NEW.first, NEW.last, NEW.made_at, NEW.content)
          IS DISTINCT FROM (OLD.cycle, OLD.first, OLD.last, OLD.made_at, OLD.content)
       OR OLD.sent_at IS NOT NULL
          AND (NEW.words, NEW.improvements, NEW.sent_at)
              IS DISTINCT FROM (OLD.words, OLD.improvements, OLD.sent_at)
    THEN
        RAISE EXCEPTION 'report_frozen: the figures of a report are never changed'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER report_frozen BEFORE UPDATE OR DELETE ON figures_report
    FOR EACH ROW EXECUTE FUNCTION figures_report_refuse();
"""


class Migration(migrations.Migration):
    replaces = [
        ("figures", "0004_exports_are_on_record"),
        ("figures", "0007_reports_are_frozen"),
    ]

    dependencies = [("figures", "0001_tables")]

    operations = [
        migrations.RunSQL(EXPORTS),
        migrations.RunSQL(SHIFTS),
        migrations.RunSQL(REPORTS),
    ]
