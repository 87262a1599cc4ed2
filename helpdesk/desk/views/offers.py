"""Recommend and quote from the desk: two panels, one address a verb."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from helpdesk.answers import SeeOther, document_of
from helpdesk.desk.offers import (
    ComparisonForm,
    DevicesPanel,
    Panel,
    QuotationPanel,
    RecordForm,
    WishForm,
    order_of,
)
from helpdesk.desk.views.pages import opened
from helpdesk.errors import REFUSALS, refusal_of
from helpdesk.forms import values
from helpdesk.signed_in import signed_in
from inquiries import offer_words, services
from inquiries.models import Comparison, DeviceSelection, Inquiry, Quotation
from inquiries.services.quoting import Order, PricesChanged
from staff.models import User
from tickets.models import Message


@require_safe
@never_cache
@signed_in
def devices(request: HttpRequest, user: User, number: str) -> HttpResponse:
    """What was asked, what suits, what was chosen."""
    workspace = opened(number, user)
    return shown(request, DevicesPanel(workspace.inquiry, user, workspace.now))


@require_POST
@signed_in
def select(request: HttpRequest, user: User, number: str) -> HttpResponse:
    """Rank what suits."""
    workspace = opened(number, user)
    inquiry, at = workspace.inquiry, workspace.now

    def act() -> None:
        services.select_devices(
            inquiry, **values(WishForm(request.POST)), by=user, at=at
        )

    refused = attempt(request, DevicesPanel(inquiry, user, at, request.POST), act)
    return refused or shown(request, DevicesPanel(inquiry, user, at), ranked=True)


@require_POST
@signed_in
def recommend(request: HttpRequest, user: User, number: str) -> HttpResponse:
    """Send the comparison (IN-34)."""
    workspace = opened(number, user)
    inquiry, at = workspace.inquiry, workspace.now

    def act() -> None:
        given = values(ComparisonForm(request.POST))
        selection = get_object_or_404(
            DeviceSelection, pk=given.pop("selection"), inquiry=inquiry
        )
        services.recommend(inquiry, selection=selection, **given, by=user, at=at)

    refused = attempt(request, DevicesPanel(inquiry, user, at, request.POST), act)
    return refused or acted(request, user, inquiry)


@require_POST
@signed_in
def record_choice(request: HttpRequest, user: User, number: str) -> HttpResponse:
    """Record what the customer chose in words (IN-35)."""
    workspace = opened(number, user)
    inquiry, at = workspace.inquiry, workspace.now

    def act() -> None:
        given, keys = values(RecordForm(request.POST)), workspace.keys
        comparison = get_object_or_404(
            Comparison, pk=given["comparison"], selection__inquiry__in=keys
        )
        proof = Message.objects.filter(ticket__in=keys, pk=given["message"]).first()
        services.choose_device(
            inquiry,
            comparison=comparison,
            code=given["code"],
            message=proof,
            by=user,
            at=at,
        )

    refused = attempt(request, DevicesPanel(inquiry, user, at, request.POST), act)
    return refused or acted(request, user, inquiry)


@require_safe
@never_cache
@signed_in
def quotation(request: HttpRequest, user: User, number: str) -> HttpResponse:
    """The draft, or one that begins with what the customer chose."""
    workspace = opened(number, user)
    draft = Quotation.objects.draft_of(workspace.inquiry, user)
    panel = QuotationPanel(workspace.inquiry, user, workspace.now, draft=draft)
    return shown(request, panel)


@require_POST
@signed_in
def draft(request: HttpRequest, user: User, number: str) -> HttpResponse:
    """Work the lines out and keep them as this person's draft."""
    workspace = opened(number, user)
    inquiry, at = workspace.inquiry, workspace.now
    drafted: list[Quotation] = []

    def act() -> None:
        drafted.append(drafted_from(request, inquiry, user, workspace.now))

    refused = attempt(request, QuotationPanel(inquiry, user, at, request.POST), act)
    return refused or shown(
        request, QuotationPanel(inquiry, user, at, draft=drafted[0])
    )


@require_POST
@signed_in
def send(request: HttpRequest, user: User, number: str) -> HttpResponse:
    """Send the draft that is on the screen.

    If the fields say something else than the lines beside them, or a price has changed,
    the lines are shown anew and nothing is sent.
    """
    workspace = opened(number, user)
    inquiry, at = workspace.inquiry, workspace.now
    changes: list[PricesChanged] = []
    anew: list[Quotation] = []

    def act() -> None:
        order = order_of(request.POST)
        seen = Quotation.objects.draft_of(inquiry, user)
        if seen is None or Order.of(seen) != order:
            anew.append(drafted_from(request, inquiry, user, at))
            return
        try:
            services.send_quotation(
                seen,
                by=user,
                at=at,
                confirmed_prices=request.POST.get("confirmed_prices", ""),
            )
        except PricesChanged as changed:
            changes.append(changed)

    refused = attempt(request, QuotationPanel(inquiry, user, at, request.POST), act)
    if refused:
        return refused
    if anew:
        panel = QuotationPanel(inquiry, user, at, draft=anew[0], changed=True)
        return shown(request, panel, status=HTTPStatus.CONFLICT)
    if changes:
        panel = QuotationPanel(
            inquiry,
            user,
            at,
            draft=Quotation.objects.draft_of(inquiry, user),
            differences=changes[0].differences,
            confirm=changes[0].stamp,
        )
        return shown(request, panel, status=HTTPStatus.CONFLICT)
    return acted(request, user, inquiry)


@require_safe
@signed_in
def pdf(request: HttpRequest, user: User, number: str, quoted: str) -> HttpResponseBase:
    """The document of a quotation that this person may see."""
    visible = Quotation.objects.visible_to(user).filter(inquiry__number=number)
    found = get_object_or_404(visible, number=quoted)
    document = get_object_or_404(found.documents, language=get_language())
    return document_of(document)


def drafted_from(
    request: HttpRequest, inquiry: Inquiry, user: User, at: Any
) -> Quotation:
    order = order_of(request.POST)
    return services.draft_quotation(
        inquiry,
        items=order.items,
        days=order.days,
        delivery=order.zone,
        starts_on=order.starts_on,
        first_order=order.first_order,
        insurance=order.insurance,
        onsite_install=order.onsite_install,
        operator_days=order.operator_days,
        waiver=order.waiver,
        credit_score=order.credit_score,
        by=user,
        at=at,
    )


def attempt(
    request: HttpRequest, panel: Panel, act: Callable[[], None]
) -> HttpResponse | None:
    """Take the step; a refusal is the panel with its messages, nothing typed lost."""
    try:
        act()
    except REFUSALS as error:
        refusal = refusal_of(error)
        told = type(panel)(
            panel.inquiry,
            panel.user,
            panel.now,
            panel.data,
            refusal.fields,
            refusal.permit,
        )
        return shown(request, told, status=refusal.status)
    return None


def shown(
    request: HttpRequest, panel: Panel, *, status: int = HTTPStatus.OK, **more: Any
) -> HttpResponse:
    """A panel, or the line that takes its place until it is opened."""
    name = "_devices" if isinstance(panel, DevicesPanel) else "_quotation"
    context: dict[str, Any] = {"panel": panel, "now": panel.now, **more}
    if isinstance(panel, QuotationPanel) and panel.draft is not None:
        context["lines"] = offer_words.lines(panel.draft)
        context["not_applied"] = offer_words.not_applied(panel.draft)
        context["delivery"] = offer_words.delivery(panel.draft)
    response = render(request, f"desk/{name}.html", context, status=status)
    if request.method == "POST":
        # A form that aims at the conversation shows its refusal where it stands.
        response["HX-Retarget"] = f"#{name[1:]}-panel"
        response["HX-Reswap"] = "keyed" if name == "_quotation" else "outerHTML"
    return response


def acted(request: HttpRequest, user: User, inquiry: Inquiry) -> HttpResponse:
    """The conversation with what was sent."""
    if not request.headers.get("HX-Request"):
        return SeeOther(reverse("desk:inquiry", args=[inquiry.number]))
    workspace = opened(inquiry.number, user)
    context = {"workspace": workspace, "now": workspace.now, "slots": []}
    response = render(request, "desk/_thread_answer.html", context)
    response["HX-Trigger"] = "desk:acted"
    return response
