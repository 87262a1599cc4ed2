"""The database refuses to change or delete a check of a publication."""

from django.db import migrations

CREATE = """
CREATE FUNCTION tickets_publicationcheck_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'publication_check_append_only: what was seen is never changed'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER publication_check_append_only
    BEFORE UPDATE OR DELETE ON tickets_publicationcheck
    FOR EACH ROW EXECUTE FUNCTION tickets_publicationcheck_refuse();
"""
DROP = """
DROP TRIGGER publication_check_append_only ON tickets_publicationcheck;
DROP FUNCTION tickets_publicationcheck_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0006_channels_have_addresses_stores_and_places")]

    operations = [migrations.RunSQL(CREATE, DROP)]
