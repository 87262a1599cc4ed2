"""The statuses of inquiries, stored on the ticket's table; offers are never changed."""

from django.db import migrations

STATUSES = """
ALTER TABLE tickets_ticket ADD CONSTRAINT inquiry_status_known
    CHECK (kind <> 'inquiry' OR status IN (
        'new', 'in_service', 'awaiting_verification', 'awaiting_customer', 'answered',
        'closed', 'abandoned', 'missed', 'merged', 'converted_to_objection'));
ALTER TABLE tickets_ticket ADD CONSTRAINT inquiry_closed_has_time
    CHECK (kind <> 'inquiry'
        OR (status IN ('closed', 'abandoned', 'merged', 'converted_to_objection'))
            = (closed_at IS NOT NULL));
"""
OFFERS = """
CREATE FUNCTION inquiries_offer_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'offer_append_only: what was shown to a customer is never changed'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER selection_append_only BEFORE UPDATE OR DELETE
    ON inquiries_deviceselection FOR EACH ROW EXECUTE FUNCTION inquiries_offer_refuse();
CREATE TRIGGER comparison_append_only BEFORE UPDATE OR DELETE
    ON inquiries_comparison FOR EACH ROW EXECUTE FUNCTION inquiries_offer_refuse();
CREATE TRIGGER choice_append_only BEFORE UPDATE OR DELETE
    ON inquiries_devicechoice FOR EACH ROW EXECUTE FUNCTION inquiries_offer_refuse();

CREATE FUNCTION inquiries_quotation_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.sent_at IS NULL THEN
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.opened_at IS NULL
        AND to_jsonb(NEW) - 'opened_at' = to_jsonb(OLD) - 'opened_at' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'quotation_frozen: a sent quotation is never changed'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER quotation_frozen BEFORE UPDATE OR DELETE ON inquiries_quotation
    FOR EACH ROW EXECUTE FUNCTION inquiries_quotation_frozen();

CREATE FUNCTION inquiries_quotation_line_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    quoted bigint;
BEGIN
    quoted := CASE WHEN TG_OP = 'DELETE' THEN OLD.quotation_id ELSE NEW.quotation_id END;
    IF EXISTS (
        SELECT FROM inquiries_quotation WHERE id = quoted AND sent_at IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'quotation_frozen: a sent quotation is never changed'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER quotation_line_frozen BEFORE INSERT OR UPDATE OR DELETE
    ON inquiries_quotationline
    FOR EACH ROW EXECUTE FUNCTION inquiries_quotation_line_frozen();
"""


class Migration(migrations.Migration):
    replaces = [
        ("inquiries", "0002_status_known"),
        ("inquiries", "0004_statuses_of_the_whole_life"),
        ("inquiries", "0007_offers_are_frozen"),
        ("inquiries", "0013_inquiries_become_objections"),
    ]

    dependencies = [("inquiries", "0001_tables")]

    operations = [migrations.RunSQL(STATUSES), migrations.RunSQL(OFFERS)]
