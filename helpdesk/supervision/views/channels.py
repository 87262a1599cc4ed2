"""Where the channels are published, who saw it, and what is due (IN-11)."""

import uuid
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from helpdesk import reach
from helpdesk.answers import SeeOther, kept_file
from helpdesk.signed_in import supervising
from helpdesk.supervision.forms.channels import CheckForm, PlaceForm
from staff.models import User
from tickets.models import PublicationCheck, PublicationPlace, Store
from tickets.services import publication


def page(
    request: HttpRequest, user: User, name: str, *, status: int = 200, **more: Any
) -> HttpResponse:
    """A page of this part."""
    context = {
        "place": "supervision",
        "part": "channels",
        "now": timezone.now(),
        "publishes": user.publishes,
        **more,
    }
    return render(request, f"supervision/{name}.html", context, status=status)


@require_safe
@never_cache
@supervising
def index(request: HttpRequest, user: User) -> HttpResponse:
    """Every place with its state, the worst first; the block, the text, the stores."""
    at = timezone.now()
    told = reach.reach(at=at)
    closed = Store.objects.filter(active=False)
    return page(
        request,
        user,
        "channels",
        standings=publication.standings(at=at),
        unlisted=publication.kinds_without_a_place(),
        told=told,
        closed=closed,
        menu_text=reach.as_text(told),
        embed_address=f"{settings.SITE_URL}{reverse('portal:channels_embed')}",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@supervising
def place(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """The checks of a place, and the form for another."""
    found = get_object_or_404(
        PublicationPlace.objects.select_related("store", "channel"), pk=pk
    )
    if request.method != "POST":
        form = CheckForm(initial={"client_token": uuid.uuid4()})
        return place_page(request, user, found, form)
    form = CheckForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            publication.record_check(
                found, by=user, at=timezone.now(), **form.cleaned_data
            )
        except ValidationError as error:
            form.refuse(error)
        else:
            return SeeOther(reverse("supervision:place", args=[pk]))
    return place_page(request, user, found, form)


def place_page(
    request: HttpRequest, user: User, found: PublicationPlace, form: CheckForm
) -> HttpResponse:
    checks = list(found.checks.select_related("by"))
    return page(
        request,
        user,
        "place",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK,
        found=found,
        standing=publication.standing_of(found, checks, at=timezone.now()),
        checks=checks,
        now_told=publication.fingerprint(),
        told=reach.reach(at=timezone.now()),
        form=form,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@supervising
def new_place(request: HttpRequest, user: User) -> HttpResponse:
    """Put a brochure on the list."""
    form = PlaceForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = publication.list_place(
                by=user, at=timezone.now(), **form.cleaned_data
            )
        except ValidationError as error:
            form.refuse(error)
        else:
            return SeeOther(reverse("supervision:place", args=[made.pk]))
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return page(request, user, "place_new", status=status, form=form)


@require_POST
@supervising
def take_off(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """A brochure that is out of print."""
    found = get_object_or_404(PublicationPlace, pk=pk)
    publication.take_off(found, by=user, at=timezone.now())
    return SeeOther(reverse("supervision:channels"))


@require_safe
@supervising
def proof(request: HttpRequest, user: User, public_id: uuid.UUID) -> HttpResponseBase:
    """The photo of a check."""
    check = get_object_or_404(PublicationCheck, public_id=public_id)
    return kept_file(request, check.file, check.name, check.content_type)
