"""An inquiry can end by becoming an objection."""

from django.db import migrations

STATUSES = """
ALTER TABLE tickets_ticket DROP CONSTRAINT inquiry_closed_has_time;
ALTER TABLE tickets_ticket DROP CONSTRAINT inquiry_status_known;
ALTER TABLE tickets_ticket ADD CONSTRAINT inquiry_status_known
    CHECK (kind <> 'inquiry' OR status IN (
        'new', 'in_service', 'awaiting_verification', 'awaiting_customer', 'answered',
        'closed', 'abandoned', 'missed', 'merged', 'converted_to_objection'));
ALTER TABLE tickets_ticket ADD CONSTRAINT inquiry_closed_has_time
    CHECK (kind <> 'inquiry'
        OR (status IN ('closed', 'abandoned', 'merged', 'converted_to_objection'))
            = (closed_at IS NOT NULL));
"""
BEFORE = """
ALTER TABLE tickets_ticket DROP CONSTRAINT inquiry_closed_has_time;
ALTER TABLE tickets_ticket DROP CONSTRAINT inquiry_status_known;
ALTER TABLE tickets_ticket ADD CONSTRAINT inquiry_status_known
    CHECK (kind <> 'inquiry' OR status IN (
        'new', 'in_service', 'awaiting_verification', 'awaiting_customer', 'answered',
        'closed', 'abandoned', 'missed', 'merged'));
ALTER TABLE tickets_ticket ADD CONSTRAINT inquiry_closed_has_time
    CHECK (kind <> 'inquiry'
        OR (status IN ('closed', 'abandoned', 'merged')) = (closed_at IS NOT NULL));
"""


class Migration(migrations.Migration):
    dependencies = [("inquiries", "0012_follow_ups_by_mail_and_steps")]

    operations = [migrations.RunSQL(STATUSES, BEFORE)]
