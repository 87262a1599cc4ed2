"""The database refuses to change the figures of a report, or what has gone out."""

from django.db import migrations

CREATE = """
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
DROP = """
DROP TRIGGER report_frozen ON figures_report;
DROP FUNCTION figures_report_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("figures", "0006_reports")]

    operations = [migrations.RunSQL(CREATE, DROP)]
