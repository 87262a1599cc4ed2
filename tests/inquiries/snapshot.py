"""Everything that a verb could have changed, to prove that a refusal changed nothing."""

from typing import Any

from customers.models import Customer
from inquiries.models import (
    ClauseExplanation,
    ContractRequest,
    Inquiry,
    InquiryTopic,
    RepairRequest,
    ServiceFactsTold,
)
from sla.models import Clock, ClockEvent
from tickets.models import Attachment, Event, Message, Ticket

MODELS = (Attachment, Clock, ClockEvent, Customer, Event, Inquiry, InquiryTopic)
ASKED = (ClauseExplanation, ContractRequest, RepairRequest, ServiceFactsTold)


def everything() -> list[list[Any]]:
    """The rows of every table that belongs to cases."""
    return [
        list(model._default_manager.order_by("pk").values())
        for model in (*MODELS, *ASKED, Message, Ticket)
    ]
