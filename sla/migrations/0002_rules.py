"""The database refuses what would make a promise unprovable.

A clock keeps its record, and a published version its parts: while `published_at` is
empty, all may change. A schedule has no holes, and a running clock wakes; one that is
set aside may be broken: that is why it is set aside.

PostgreSQL checks a foreign key with one query for every row, a fifth of the time that
a burst of missed deadlines takes. So whole statements are checked here, not row by
row: no line is written without a clock, and no clock goes away or changes its number.
"""

from django.db import migrations

RECORD = """
CREATE FUNCTION sla_clockevent_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.announced_at IS NULL
       AND to_jsonb(NEW) - 'announced_at' = to_jsonb(OLD) - 'announced_at' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'clock_event_append_only: the record is never changed'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER clock_event_append_only BEFORE UPDATE OR DELETE ON sla_clockevent
    FOR EACH ROW EXECUTE FUNCTION sla_clockevent_refuse();
"""
BELONGING = """
CREATE FUNCTION sla_clockevent_has_clock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM added
         WHERE NOT EXISTS (SELECT FROM sla_clock WHERE id = added.clock_id)
    ) THEN
        RAISE EXCEPTION 'clock_event_has_clock: no line without a clock'
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER clock_event_has_clock AFTER INSERT ON sla_clockevent
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION sla_clockevent_has_clock();

CREATE FUNCTION sla_clock_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'clock_stays: a clock is neither deleted nor renumbered'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER clock_stays BEFORE DELETE ON sla_clock
    FOR EACH ROW EXECUTE FUNCTION sla_clock_refuse();
CREATE TRIGGER clock_keeps_its_number BEFORE UPDATE OF id ON sla_clock
    FOR EACH ROW EXECUTE FUNCTION sla_clock_refuse();
"""
SHADOW = """
CREATE FUNCTION sla_shadowrecord_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'shadow_record_append_only: what was seen is never changed'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER shadow_record_append_only BEFORE UPDATE OR DELETE ON sla_shadowrecord
    FOR EACH ROW EXECUTE FUNCTION sla_shadowrecord_refuse();
"""
SCHEDULE = """
ALTER TABLE sla_clock ADD CONSTRAINT clock_schedule_is_whole CHECK (
    set_aside_at IS NOT NULL
    OR cardinality(schedule) > breach_step AND array_position(schedule, NULL) IS NULL
);
ALTER TABLE sla_clock ADD CONSTRAINT clock_that_runs_wakes CHECK (
    set_aside_at IS NOT NULL OR status <> 'running' OR wake_at IS NOT NULL
    OR next_step >= cardinality(schedule)
);
"""
VERSIONS = {
    "sla_policyversion": ("sla_target", "sla_escalationstep", "sla_pauserule"),
    "sla_calendarversion": ("sla_openinghours", "sla_calendarday"),
}

PARTS = [(version, part) for version, parts in VERSIONS.items() for part in parts]

PUBLISHED = "\n".join(
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


class Migration(migrations.Migration):
    replaces = [
        ("sla", "0002_record_is_append_only"),
        ("sla", "0008_published_versions_are_frozen"),
        ("sla", "0009_a_running_clock_wakes"),
    ]

    dependencies = [("sla", "0001_tables")]

    operations = [
        migrations.RunSQL(RECORD),
        migrations.RunSQL(BELONGING),
        migrations.RunSQL(SHADOW),
        migrations.RunSQL(SCHEDULE),
        migrations.RunSQL(PUBLISHED),
    ]
