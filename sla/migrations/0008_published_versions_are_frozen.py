"""The database refuses to change what was published, and every row that belongs to it.

The single row `published_at` of a version decides: while it is empty, all may change.
"""

from django.db import migrations

VERSIONS = {
    "sla_policyversion": ("sla_target", "sla_escalationstep", "sla_pauserule"),
    "sla_calendarversion": ("sla_openinghours", "sla_calendarday"),
}

PARTS = [(version, part) for version, parts in VERSIONS.items() for part in parts]

CREATE = "\n".join(
    [
        *(
            f"""
CREATE FUNCTION {version}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.published_at IS NOT NULL THEN
        RAISE EXCEPTION 'version_frozen: a published version is never changed'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER version_frozen BEFORE UPDATE OR DELETE ON {version}
    FOR EACH ROW EXECUTE FUNCTION {version}_refuse();
CREATE FUNCTION {version}_part_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM {version}
         WHERE published_at IS NOT NULL
           AND (id = CASE TG_OP WHEN 'INSERT' THEN NULL ELSE OLD.version_id END
             OR id = CASE TG_OP WHEN 'DELETE' THEN NULL ELSE NEW.version_id END)
    ) THEN
        RAISE EXCEPTION 'version_frozen: a published version is never changed'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
"""
            for version in VERSIONS
        ),
        *(
            f"""
CREATE TRIGGER version_frozen BEFORE INSERT OR UPDATE OR DELETE ON {part}
    FOR EACH ROW EXECUTE FUNCTION {version}_part_refuse();
"""
            for version, part in PARTS
        ),
    ]
)
DROP = "\n".join(
    [
        *(f"DROP TRIGGER version_frozen ON {part};" for _, part in PARTS),
        *(
            f"DROP TRIGGER version_frozen ON {version};"
            f"DROP FUNCTION {version}_refuse(); DROP FUNCTION {version}_part_refuse();"
            for version in VERSIONS
        ),
    ]
)


class Migration(migrations.Migration):
    dependencies = [("sla", "0007_calendars_pauses_and_every_rule")]

    operations = [migrations.RunSQL(CREATE, DROP)]
