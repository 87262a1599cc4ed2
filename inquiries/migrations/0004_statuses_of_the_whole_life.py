"""Every status of an inquiry, and which of them are an end."""

from django.db import migrations

CREATE = """
ALTER TABLE tickets_ticket DROP CONSTRAINT inquiry_status_known;
ALTER TABLE tickets_ticket DROP CONSTRAINT inquiry_closed_has_time;
ALTER TABLE tickets_ticket ADD CONSTRAINT inquiry_status_known
    CHECK (kind <> 'inquiry' OR status IN (
        'new', 'in_service', 'awaiting_verification', 'awaiting_customer', 'answered',
        'closed', 'abandoned', 'missed'));
ALTER TABLE tickets_ticket ADD CONSTRAINT inquiry_closed_has_time
    CHECK (kind <> 'inquiry'
        OR (status IN ('closed', 'abandoned')) = (closed_at IS NOT NULL));
"""
DROP = """
ALTER TABLE tickets_ticket DROP CONSTRAINT inquiry_closed_has_time;
ALTER TABLE tickets_ticket DROP CONSTRAINT inquiry_status_known;
ALTER TABLE tickets_ticket ADD CONSTRAINT inquiry_status_known
    CHECK (kind <> 'inquiry' OR status IN ('new', 'in_service', 'closed'));
ALTER TABLE tickets_ticket ADD CONSTRAINT inquiry_closed_has_time
    CHECK (kind <> 'inquiry' OR (status = 'closed') = (closed_at IS NOT NULL));
"""


class Migration(migrations.Migration):
    dependencies = [("inquiries", "0003_the_whole_conversation")]

    operations = [migrations.RunSQL(CREATE, DROP)]
