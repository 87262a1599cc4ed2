"""A case as one speaks of it to its customer: on its pages, in its documents."""

from decimal import Decimal

from django.utils.translation import gettext as _

from catalog.words import yuan
from objections.models import DemandAnswer, Measure, Met, Objection, Proposal
from objections.workflow import Status
from staff.models import Role


def level_word(level: str) -> str:
    """Who decides, as one says it to somebody outside."""
    return {
        Role.SUPERVISOR: _("a supervisor"),
        Role.MANAGER: _("a manager"),
        Role.GENERAL_MANAGER: _("our general manager"),
    }[Role(level)]


def customer_word(objection: Objection) -> str:
    """Where a case stands, in the customer's words."""
    return {
        Status.RECEIVED: _("Received"),
        Status.ACKNOWLEDGED: _("Read by a colleague"),
        Status.RECORDED: _("On its way to the department"),
        Status.HANDED_OFF: _("With the department"),
        Status.INVESTIGATING: _("Being looked into"),
        Status.AWAITING_EVIDENCE: _("We wait for your material"),
        Status.INVESTIGATED: _("We are preparing our proposal"),
        Status.PENDING_APPROVAL: _("We are preparing our proposal"),
        Status.PROPOSED: _("We wait for your answer"),
        Status.REJECTED: _("The next level decides"),
        Status.EXECUTING: _("We are carrying it out"),
        Status.EXECUTED: _("Done as agreed"),
        Status.RETURN_VISIT: _("Carried out: is all well?"),
        Status.REOPENED: _("Taken up again"),
        Status.APPEALED: _("Being reviewed"),
        Status.CLOSED: _("Closed"),
        Status.ARCHIVED: _("Closed"),
        Status.WITHDRAWN: _("Withdrawn"),
    }[Status(objection.status)]


def awaits_customer(objection: Objection) -> bool:
    """Whether nothing goes on until the customer has said something."""
    return objection.status in {Status.AWAITING_EVIDENCE, Status.PROPOSED}


def measure_text(measure: Measure) -> str:
    """A measure with its amount in full."""
    if measure.amount is None:
        return measure.kind.name
    return f"{measure.kind.name} {yuan(measure.amount)}"


def total_text(proposal: Proposal) -> str:
    """What a proposal is worth in all, where it is more than one amount."""
    amounts = [it for it in proposal.measures.all() if it.amount is not None]
    return yuan(proposal.amount) if len(amounts) > 1 else ""


def asked_text(answer: DemandAnswer) -> str:
    """A demand with the amount that was asked for."""
    if answer.asked is None:
        return answer.kind.name
    return f"{answer.kind.name} {yuan(Decimal(answer.asked))}"


def met_word(met: str) -> str:
    """What we say to a demand, as one says it."""
    return {
        Met.FULLY: _("Granted in full"),
        Met.PARTLY: _("Granted in part"),
        Met.NOT: _("Not granted"),
    }[Met(met)]
