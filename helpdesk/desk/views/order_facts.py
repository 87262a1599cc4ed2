"""The order beside an objection: asked for on its own, so that no page waits for it."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from helpdesk.answers import SeeOther
from helpdesk.desk.order_card import OrderCard
from helpdesk.desk.views.objections import opened
from helpdesk.errors import REFUSALS, refusal_of
from helpdesk.signed_in import signed_in
from objections.services.order_evidence import keep_order_facts
from orders.facts import LookupFailed, OrderNotFound
from staff.models import User


@require_safe
@never_cache
@vary_on_headers("HX-Request")
@signed_in
def show(request: HttpRequest, user: User, number: str) -> HttpResponse:
    """What is known of the order, alone for its place or as a page."""
    return card(request, user, number)


@require_POST
@signed_in
def keep(request: HttpRequest, user: User, number: str) -> HttpResponse:
    """Put one part of it on record as evidence; a second click changes nothing."""
    workspace = opened(number, user)
    part = request.POST.get("part", "")
    try:
        keep_order_facts(workspace.objection, part=part, by=user, at=workspace.now)
    except REFUSALS as error:
        refusal = refusal_of(error)
        return card(
            request, user, number, refused=refusal.summary, status=refusal.status
        )
    except (LookupFailed, OrderNotFound):
        told = _("The look-up failed; nothing was put on record.")
        return card(request, user, number, refused=told, status=HTTPStatus.CONFLICT)
    if not request.headers.get("HX-Request"):
        return SeeOther(reverse("desk:objection_order", args=[number]))
    response = card(request, user, number)
    response["HX-Trigger"] = "desk:acted"
    return response


def card(
    request: HttpRequest,
    user: User,
    number: str,
    *,
    refused: str = "",
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    """The card as it is now, with what stands against the last step."""
    workspace = opened(number, user)
    context = {
        "workspace": workspace,
        "objection": workspace.objection,
        "now": workspace.now,
        "card": OrderCard.of(workspace.objection, user=user),
        "refused": refused,
        "place": "objections",
    }
    alone = bool(request.headers.get("HX-Request"))
    template = "_order_facts" if alone else "order"
    return render(request, f"desk/objection/{template}.html", context, status=status)
