"""The statuses of inquiries, checked where they are stored: on the ticket's table."""

from django.db import migrations

CREATE = """
ALTER TABLE tickets_ticket ADD CONSTRAINT inquiry_status_known
    CHECK (kind <> 'inquiry' OR status IN ('new', 'in_service', 'closed'));
ALTER TABLE tickets_ticket ADD CONSTRAINT inquiry_closed_has_time
    CHECK (kind <> 'inquiry' OR (status = 'closed') = (closed_at IS NOT NULL));
"""
DROP = """
ALTER TABLE tickets_ticket DROP CONSTRAINT inquiry_closed_has_time;
ALTER TABLE tickets_ticket DROP CONSTRAINT inquiry_status_known;
"""


class Migration(migrations.Migration):
    dependencies = [("inquiries", "0001_initial")]

    operations = [migrations.RunSQL(CREATE, DROP)]
