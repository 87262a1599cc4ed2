"""What a colleague can explain or ask of others: for each a form and a verb."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from helpdesk.desk.request_forms import ClausesForm, ContractChangeForm, FactsForm
from helpdesk.forms import FaultForm, PlainForm
from inquiries import services
from inquiries.workflow import Step


@dataclass(frozen=True)
class Asking:
    """One form: what it is called, what it carries, and the verb that takes it."""

    name: str
    step: Step
    key: str
    icon: str
    title: str | Promise
    clauses: str
    act: str | Promise
    form: Callable[..., PlainForm]
    verb: Callable[..., object]
    template: str = "components/form_rows.html"

    def form_for(self, *args: Any, at: datetime, **options: Any) -> PlainForm:
        """The form; the one about clauses computes its examples for this moment."""
        if self.form is ClausesForm:
            options["at"] = at
        return self.form(
            *args, auto_id=f"{self.name}-%s", slots=f"error-{self.name}", **options
        )


ASKINGS: Final = {
    asking.name: asking
    for asking in (
        Asking(
            name="explain-clauses",
            step=Step.EXPLAIN_CLAUSES,
            key="x",
            icon="file-text",
            title=_("Explain the contract"),
            clauses="IN-41, IN-42, IN-43",
            act=_("Send the explanation"),
            form=ClausesForm,
            verb=services.explain_clauses,
            template="desk/_asking_clauses.html",
        ),
        Asking(
            name="service-facts",
            step=Step.TELL_SERVICE_FACTS,
            key="i",
            icon="truck-delivery",
            title=_("Delivery and service"),
            clauses="IN-46 – IN-51",
            act=_("Send the facts"),
            form=FactsForm,
            verb=services.tell_service_facts,
        ),
        Asking(
            name="contract-request",
            step=Step.REQUEST_CONTRACT_CHANGE,
            key="m",
            icon="file-pencil",
            title=_("Contract change request"),
            clauses="IN-44, IN-45",
            act=_("Record and forward"),
            form=ContractChangeForm,
            verb=services.request_contract_change,
        ),
        Asking(
            name="repair-request",
            step=Step.REPORT_FAULT,
            key="f",
            icon="tool",
            title=_("Report a fault"),
            clauses="IN-49, IN-50",
            act=_("Report the fault"),
            form=FaultForm,
            verb=services.report_fault,
        ),
    )
}
