"""The database refuses to change what happened, what was seen, and who has looked."""

from django.db import migrations

HISTORY = """
CREATE FUNCTION tickets_event_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'event_append_only: history is never changed'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE ON tickets_event
    FOR EACH ROW EXECUTE FUNCTION tickets_event_refuse();
"""
CHECKS = """
CREATE FUNCTION tickets_publicationcheck_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'publication_check_append_only: what was seen is never changed'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER publication_check_append_only
    BEFORE UPDATE OR DELETE ON tickets_publicationcheck
    FOR EACH ROW EXECUTE FUNCTION tickets_publicationcheck_refuse();
"""
OPENINGS = """
CREATE FUNCTION tickets_opening_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'opening_append_only: who has looked is never changed'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER opening_append_only BEFORE UPDATE OR DELETE ON tickets_opening
    FOR EACH ROW EXECUTE FUNCTION tickets_opening_refuse();
"""


class Migration(migrations.Migration):
    replaces = [
        ("tickets", "0002_history_is_append_only"),
        ("tickets", "0007_checks_of_publications_are_append_only"),
        ("tickets", "0017_openings_are_append_only"),
    ]

    dependencies = [("tickets", "0001_tables")]

    operations = [
        migrations.RunSQL(HISTORY),
        migrations.RunSQL(CHECKS),
        migrations.RunSQL(OPENINGS),
    ]
