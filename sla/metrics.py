"""What can be promised: each metric, and the facts on which a promise may depend."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class Metric(models.TextChoices):
    """What a clock measures, from one act to another."""

    RING = "ring", _("Ringing")
    FIRST_REPLY = "first_reply", _("First reply")
    COMPLEX_NOTICE = "complex_notice", _("Notice of verification")
    CALLBACK = "callback", _("Callback")
    CONTRACT_FORWARD = "contract_forward", _("Contract request forwarded")
    CONTRACT_RESULT = "contract_result", _("Contract result told")
    FOLLOW_UP = "follow_up", _("Follow-up message")
    DELIVERY = "delivery", _("Delivery")
    REPAIR_CONTACT = "repair_contact", _("Technician's contact")
    REPAIR_ON_SITE = "repair_on_site", _("Technician on site")
    ACKNOWLEDGEMENT = "acknowledgement", _("Acknowledgement")
    HANDOFF = "handoff", _("Hand-off")
    DEPARTMENT_ACCEPTANCE = "department_acceptance", _("Department acceptance")
    INVESTIGATION = "investigation", _("Investigation")
    PROPOSAL = "proposal", _("Proposal")
    CUSTOMER_CONFIRMATION = "customer_confirmation", _("Customer confirmation")
    EXECUTION = "execution", _("Execution")
    FEEDBACK = "feedback", _("Result feedback")
    RETURN_VISIT = "return_visit", _("Return visit")
    ARCHIVE = "archive", _("Archive")
    APPEAL = "appeal", _("Review")
    TOTAL = "total", _("Total resolution")
    LEGAL_OUTER_LIMIT = "legal_outer_limit", _("Legal outer limit")
    PRIVACY_REQUEST = "privacy_request", _("Privacy request")
    EXTERNAL_COMPLAINT = "external_complaint", _("External complaint")


# Every ticket has these facts; the verb that starts a clock adds those of its own.
TICKET_FACTS: Final = frozenset({"channel", "kind"})
OBJECTION_FACTS: Final = frozenset({"type", "subtype", "severity"})
FACTS: Final[Mapping[Metric, frozenset[str]]] = MappingProxyType(
    {
        metric: TICKET_FACTS | facts
        for metric, facts in {
            Metric.RING: frozenset[str](),
            Metric.FIRST_REPLY: frozenset({"topic"}),
            Metric.COMPLEX_NOTICE: frozenset({"topic"}),
            Metric.CALLBACK: frozenset({"topic"}),
            Metric.CONTRACT_FORWARD: frozenset[str](),
            Metric.CONTRACT_RESULT: frozenset[str](),
            Metric.FOLLOW_UP: frozenset({"intent"}),
            Metric.DELIVERY: frozenset({"delivery_class"}),
            Metric.REPAIR_CONTACT: frozenset({"urgency"}),
            Metric.REPAIR_ON_SITE: frozenset({"urgency"}),
            Metric.ACKNOWLEDGEMENT: OBJECTION_FACTS,
            Metric.HANDOFF: OBJECTION_FACTS,
            Metric.DEPARTMENT_ACCEPTANCE: OBJECTION_FACTS | {"department"},
            Metric.INVESTIGATION: OBJECTION_FACTS | {"laboratory"},
            Metric.PROPOSAL: OBJECTION_FACTS,
            Metric.CUSTOMER_CONFIRMATION: OBJECTION_FACTS,
            Metric.EXECUTION: OBJECTION_FACTS | {"action"},
            Metric.FEEDBACK: OBJECTION_FACTS,
            Metric.RETURN_VISIT: OBJECTION_FACTS,
            Metric.ARCHIVE: OBJECTION_FACTS,
            Metric.APPEAL: OBJECTION_FACTS,
            Metric.TOTAL: OBJECTION_FACTS | {"profile"},
            Metric.LEGAL_OUTER_LIMIT: OBJECTION_FACTS,
            Metric.PRIVACY_REQUEST: frozenset[str](),
            Metric.EXTERNAL_COMPLAINT: frozenset({"source"}),
        }.items()
    }
)

# Who has promised, where that is a department and not whoever looks after the ticket;
# the clock's subject is then the request on which the department works.
OWED_BY_DEPARTMENT: Final[Mapping[Metric, str]] = MappingProxyType(
    {
        Metric.CONTRACT_RESULT: "contract_management",
        Metric.REPAIR_CONTACT: "technical_support",
        Metric.REPAIR_ON_SITE: "technical_support",
    }
)

# Promised by the department with whose code the clock's subject begins.
OWED_BY_SUBJECT: Final = frozenset({Metric.DEPARTMENT_ACCEPTANCE, Metric.EXECUTION})

# Promised by the department with which the ticket is at the time.
OWED_BY_HOLDER: Final = frozenset({Metric.INVESTIGATION})

# Somebody waits for these, or the law does: no reason lets them wait longer.
NEVER_PAUSE: Final = frozenset(
    {
        Metric.RING,
        Metric.FIRST_REPLY,
        Metric.COMPLEX_NOTICE,
        Metric.CALLBACK,
        Metric.ACKNOWLEDGEMENT,
        Metric.HANDOFF,
        Metric.LEGAL_OUTER_LIMIT,
    }
)
