"""Everything that a verb could have changed, to prove that a refusal changed nothing."""

from typing import Any

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


def everything() -> list[list[Any]]:
    """The rows of every table that belongs to cases."""
    return [
        list(model._default_manager.order_by("pk").values())
        for model in (*MODELS, *ASKED, Message, Ticket)
    ]
