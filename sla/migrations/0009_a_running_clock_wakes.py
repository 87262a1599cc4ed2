"""The database refuses a schedule with holes, and a running clock that would never wake.

A clock that is set aside may be broken: that is why it is set aside. Rows of earlier
installations are checked when they next change.
"""

from django.db import migrations

CREATE = """
ALTER TABLE sla_clock ADD CONSTRAINT clock_schedule_is_whole CHECK (
    set_aside_at IS NOT NULL
    OR cardinality(schedule) > breach_step AND array_position(schedule, NULL) IS NULL
) NOT VALID;
ALTER TABLE sla_clock ADD CONSTRAINT clock_that_runs_wakes CHECK (
    set_aside_at IS NOT NULL OR status <> 'running' OR wake_at IS NOT NULL
    OR next_step >= cardinality(schedule)
) NOT VALID;
"""
DROP = """
ALTER TABLE sla_clock DROP CONSTRAINT clock_that_runs_wakes;
ALTER TABLE sla_clock DROP CONSTRAINT clock_schedule_is_whole;
"""


class Migration(migrations.Migration):
    dependencies = [("sla", "0008_published_versions_are_frozen")]

    operations = [migrations.RunSQL(CREATE, DROP)]
