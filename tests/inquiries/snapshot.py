"""Everything that a verb could have changed, to prove that a refusal changed nothing."""

from django.db import connection

from customers.models import Customer, RevealLog
from inquiries.models import (
    Callback,
    ClauseExplanation,
    Comparison,
    ContractRequest,
    Delivery,
    DeviceChoice,
    DeviceSelection,
    FollowUp,
    Inquiry,
    InquiryTopic,
    Merge,
    Quotation,
    QuotationDocument,
    QuotationLine,
    RepairRequest,
    ServiceFactsTold,
)
from sla.models import Clock, ClockEvent
from tickets.models import Attachment, Event, Message, Ticket, TicketLink

MODELS = (
    *(Attachment, Callback, Clock, ClockEvent, Customer, Event, FollowUp, Inquiry),
    Delivery,
    *(InquiryTopic, Merge, RevealLog, TicketLink),
    *(Comparison, DeviceChoice, DeviceSelection),
    *(Quotation, QuotationDocument, QuotationLine),
)
ASKED = (ClauseExplanation, ContractRequest, RepairRequest, ServiceFactsTold)
TABLES = [model._meta.db_table for model in (*MODELS, *ASKED, Message, Ticket)]
# Asked in one breath: the tests of refusals look hundreds of times.
ROWS = " UNION ALL ".join(
    f"SELECT '{it}', it::text FROM {it} it"  # noqa: S608
    for it in TABLES
)


def everything() -> list[tuple[str, str]]:
    """Each row, as the database writes it, of every table that belongs to cases."""
    with connection.cursor() as cursor:
        cursor.execute(ROWS)
        return sorted(cursor.fetchall())
