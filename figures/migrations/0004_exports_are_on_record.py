"""The database refuses to change or delete a line of who took what away."""

from django.db import migrations

CREATE = """
CREATE FUNCTION figures_export_log_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'export_log_append_only: who took what away is never changed'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER export_log_append_only BEFORE UPDATE OR DELETE ON figures_exportlog
    FOR EACH ROW EXECUTE FUNCTION figures_export_log_refuse();
"""
DROP = """
DROP TRIGGER export_log_append_only ON figures_exportlog;
DROP FUNCTION figures_export_log_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("figures", "0003_exports")]

    operations = [migrations.RunSQL(CREATE, DROP)]
