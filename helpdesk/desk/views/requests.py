"""The departments' lists, and what is done from them: one address, one verb."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

from django.forms import BoundField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from helpdesk.answers import SeeOther
from helpdesk.desk.request_forms import (
    CheckInForm,
    ContactForm,
    DecisionForm,
    FinishForm,
    RewordForm,
)
from helpdesk.desk.requests import CONTRACTS, REPAIRS, Kind, RequestList, Show
from helpdesk.desk.views.verbs import do
from helpdesk.errors import REFUSALS, Refusal, refusal_of
from helpdesk.forms import PlainForm, ToldGuard, slots, values
from helpdesk.notices import outstanding
from helpdesk.signed_in import signed_in
from inquiries import services
from inquiries.models import ContractRequest, RepairRequest
from staff.models import User
from tickets.tokens import derived_token

Act = Callable[[datetime], object]


@dataclass(frozen=True)
class Popup:
    """A form of a list, in a popup that all rows share."""

    id: str
    title: str | Promise
    act: str | Promise
    form: type[PlainForm]

    def fresh(self) -> list[tuple[BoundField, str, list[str]]]:
        """The empty fields with their slots."""
        form = self.form(auto_id=f"{self.id}-%s", slots=f"error-{self.id}")
        return form.rows({})


DECIDE: Final = Popup("decide", _("Decide"), _("Save the decision"), DecisionForm)
REWORD: Final = Popup(
    "reword", _("Say it otherwise"), _("Save these words"), RewordForm
)
CONTACT: Final = Popup(
    "contact", _("Customer contacted"), _("Note the contact"), ContactForm
)
CHECK_IN: Final = Popup("check-in", _("Arrived on site"), _("Check in"), CheckInForm)
FINISH: Final = Popup(
    "finish", _("Fault dealt with"), _("Finish the repair"), FinishForm
)
POPUPS: Final = {
    CONTRACTS.code: (DECIDE, REWORD),
    REPAIRS.code: (CONTACT, CHECK_IN, FINISH),
}


@require_safe
@never_cache
@vary_on_headers("HX-Request")
@signed_in
def contracts(request: HttpRequest, user: User) -> HttpResponse:
    """The contract requests, as a page or alone for the page that is open."""
    return show(request, user, CONTRACTS)


@require_safe
@never_cache
@vary_on_headers("HX-Request")
@signed_in
def repairs(request: HttpRequest, user: User) -> HttpResponse:
    """The repair requests, as a page or alone for the page that is open."""
    return show(request, user, REPAIRS)


@require_POST
@signed_in
def forward(request: HttpRequest, user: User, number: str) -> HttpResponse:
    found = contract_request(user, number)
    return act(
        request,
        user,
        CONTRACTS,
        lambda at: services.forward_contract_request(found, by=user, at=at),
    )


@require_POST
@signed_in
def decide(request: HttpRequest, user: User, number: str) -> HttpResponse:
    found = contract_request(user, number)
    form = DecisionForm(request.POST)
    return act(
        request,
        user,
        CONTRACTS,
        lambda at: services.decide_contract_request(
            found, by=user, at=at, **given(form)
        ),
        popup=DECIDE,
    )


@require_POST
@signed_in
def reword(request: HttpRequest, user: User, number: str) -> HttpResponse:
    found = contract_request(user, number)
    form = RewordForm(request.POST)
    return act(
        request,
        user,
        CONTRACTS,
        lambda at: services.reword_contract_decision(
            found, by=user, at=at, **given(form)
        ),
        popup=REWORD,
    )


@require_POST
@signed_in
def tell(request: HttpRequest, user: User, number: str) -> HttpResponse:
    """The result for the customer, from the list or from the conversation."""
    found = contract_request(user, number)
    token = derived_token("contract_result", found.number)

    told = values(ToldGuard(request.POST))

    def send(at: datetime) -> object:
        return services.tell_contract_result(
            found, by=user, at=at, client_token=token, **told
        )

    if request.POST.get("back") == "inquiry":
        return do(
            request,
            user,
            found.inquiry.number,
            lambda _inquiry, at: send(at),
            here=request.path,
        )
    return act(request, user, CONTRACTS, send, number=number)


@require_POST
@signed_in
def contact(request: HttpRequest, user: User, number: str) -> HttpResponse:
    found = repair_request(user, number)
    form = ContactForm(request.POST)
    return act(
        request,
        user,
        REPAIRS,
        lambda at: services.log_technician_contact(
            found, by=user, at=at, **given(form)
        ),
        popup=CONTACT,
    )


@require_POST
@signed_in
def check_in(request: HttpRequest, user: User, number: str) -> HttpResponse:
    found = repair_request(user, number)
    form = CheckInForm(request.POST)
    return act(
        request,
        user,
        REPAIRS,
        lambda at: services.check_in_on_site(found, by=user, at=at, **given(form)),
        popup=CHECK_IN,
    )


@require_POST
@signed_in
def finish(request: HttpRequest, user: User, number: str) -> HttpResponse:
    found = repair_request(user, number)
    form = FinishForm(request.POST)
    return act(
        request,
        user,
        REPAIRS,
        lambda at: services.finish_repair(found, by=user, at=at, **given(form)),
        popup=FINISH,
    )


def contract_request(user: User, number: str) -> ContractRequest:
    requests = ContractRequest.objects.visible_to(user).select_related("inquiry")
    return get_object_or_404(requests, number=number)


def repair_request(user: User, number: str) -> RepairRequest:
    return get_object_or_404(RepairRequest.objects.visible_to(user), number=number)


def given(form: PlainForm) -> dict[str, Any]:
    """What the form carries; these verbs know a second click by what it says."""
    found = values(form)
    found.pop("client_token", None)
    return found


def act(
    request: HttpRequest,
    user: User,
    kind: Kind,
    verb: Act,
    *,
    popup: Popup | None = None,
    number: str = "",
) -> HttpResponse:
    """Act, then show the list as it is now, or what stands against the step."""
    try:
        verb(timezone.now())
    except REFUSALS as error:
        refusal = refusal_of(error)
        if popup and refusal.fields_are_wrong and request.headers.get("HX-Request"):
            return beside_the_fields(request, popup, refusal)
        response = show(request, user, kind, refusal, number=number)
        response["HX-Trigger"] = "requests:refused"
        return response
    if request.headers.get("HX-Request"):
        response = show(request, user, kind)
        response["HX-Trigger"] = "requests:acted"
        return response
    return SeeOther(kind.href)


def beside_the_fields(
    request: HttpRequest, popup: Popup, refusal: Refusal
) -> HttpResponse:
    """The messages of a popup; what was typed stays."""
    context = {
        "slots": slots(refusal.fields, *popup.form().names),
        "prefix": f"error-{popup.id}",
        "permit": refusal.permit,
    }
    response = render(request, "desk/_slots.html", context, status=refusal.status)
    response["HX-Reswap"] = "none"
    return response


def show(
    request: HttpRequest,
    user: User,
    kind: Kind,
    refusal: Refusal | None = None,
    *,
    number: str = "",
) -> HttpResponse:
    """The list as it is now, as a page or alone; `number` is what was refused."""
    asked = request.GET.get("show", "")
    view = Show(asked) if asked in Show.values else Show.OPEN
    listing = RequestList.of(kind, user, show=view, at=timezone.now())
    context: dict[str, Any] = {
        "listing": listing,
        "now": listing.now,
        "place": kind.place,
        "refusal": refusal,
        "refused_number": number,
    }
    template = "desk/_requests.html"
    if not request.headers.get("HX-Request"):
        template = "desk/requests.html"
        context |= {
            "notices": outstanding(user),
            "popups": [(popup, popup.fresh()) for popup in POPUPS[kind.code]],
        }
    status = refusal.status if refusal else HTTPStatus.OK
    return render(request, template, context, status=status)
