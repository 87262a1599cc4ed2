"""Take tables away: ask, watch, cancel, fetch."""

import time
import uuid
from datetime import datetime
from http import HTTPStatus
from typing import Final

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from catalog.exchange.sheets import CONTENT_TYPES, Format
from figures.exports.table import Table
from figures.exports.tables import TABLES
from figures.models import Export
from figures.services import exports
from helpdesk import passes
from helpdesk.answers import SeeOther, in_part
from helpdesk.signed_in import supervising
from helpdesk.supervision.exports import Exports, columns
from helpdesk.supervision.forms.exports import ExportForm
from staff.models import User

USUAL: Final = TABLES["clocks"]
# What is made within so many seconds comes at once; a job makes the rest.
AT_ONCE: Final = 2.0


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@supervising
def index(request: HttpRequest, user: User) -> HttpResponse:
    """The form, what was asked for, and the record; a small file comes at once."""
    at = timezone.now()
    if request.method != "POST":
        table = TABLES.get(request.GET.get("table", ""), USUAL)
        today = timezone.localdate(at)
        period = {"since": today.replace(day=1), "until": today}
        return page(request, user, ExportForm(initial=period, of=table), at=at)
    table = TABLES.get(request.POST.get("table", ""), USUAL)
    form = ExportForm(request.POST, of=table)
    if form.is_valid():
        language = get_language() or "zh-hans"
        try:
            export = exports.order(**form.given(), language=language, by=user, at=at)
        except ValidationError as error:
            form.refuse(error)
        else:
            return made(request, user, export, at=at)
    return page(request, user, form, at=at)


def made(
    request: HttpRequest, user: User, export: Export, *, at: datetime
) -> HttpResponse:
    """The file, if it was made at once and says something; else the list."""
    if export.asked_at == at:  # asked by this very click, so that it is ours to make
        until = time.monotonic() + AT_ONCE
        exports.go_on(export, clock=timezone.now, until=until)
    now = timezone.now()
    if export.is_ready(at=now) and export.rows:
        exports.fetch(export, by=user, at=now)
        path = reverse("supervision:export_file", args=[export.public_id])
        return passes.lead(request, path=path)
    return SeeOther(f"{reverse('supervision:exports')}#export-{export.public_id}")


def page(
    request: HttpRequest, user: User, form: ExportForm, *, at: datetime
) -> HttpResponse:
    """The whole page, or the form alone where another table was chosen."""
    context = {**form_of(form.of, form), "place": "supervision", "part": "exports"}
    if request.headers.get("HX-Target") == "export-form":
        response = render(request, "supervision/_export_form.html", context)
    else:
        context |= {"now": at, "user": user, "exports": Exports.of(user, at=at)}
        response = render(request, "supervision/exports.html", context)
    response["Vary"] = "HX-Request, HX-Target"
    if form.is_bound:
        response.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
    return response


def form_of(table: Table, form: ExportForm) -> dict[str, object]:
    return {"form": form, "table": table, "columns": columns(table)}


@require_safe
@never_cache
@supervising
def files(request: HttpRequest, user: User) -> HttpResponse:
    """The list alone, which asks for itself again."""
    at = timezone.now()
    context = {"now": at, "user": user, "exports": Exports.of(user, at=at)}
    return render(request, "supervision/_exports.html", context)


@require_POST
@supervising
def cancel(request: HttpRequest, user: User, public_id: uuid.UUID) -> HttpResponse:
    """Make no more of it."""
    export = get_object_or_404(Export.objects.visible_to(user), public_id=public_id)
    exports.cancel(export, at=timezone.now())
    return SeeOther(f"{reverse('supervision:exports')}#export-{public_id}")


@require_http_methods(["GET", "HEAD", "POST"])
@supervising
def file(request: HttpRequest, user: User, public_id: uuid.UUID) -> HttpResponseBase:
    """A click puts on record who takes the file, and leads to it for some minutes."""
    export = get_object_or_404(Export.objects.visible_to(user), public_id=public_id)
    back = f"{reverse('supervision:exports')}#export-{public_id}"
    if request.method == "POST":
        try:
            exports.fetch(export, by=user, at=timezone.now())
        except Export.DoesNotExist:
            return SeeOther(back)
        return passes.lead(request)
    if "key" not in request.GET:
        return SeeOther(back)
    return passes.stop(request) or handed(request, export)


def handed(request: HttpRequest, export: Export) -> HttpResponseBase:
    """The file itself, kept by nobody in between."""
    if not export.is_ready(at=timezone.now()):
        raise Http404
    try:
        content = export.file.open("rb")
    except (FileNotFoundError, ValueError) as error:
        raise Http404 from error
    response = in_part(request, content, export.size)
    named = content_disposition_header(as_attachment=True, filename=export.file_name)
    response["Content-Type"] = CONTENT_TYPES[Format(export.format)]
    response["Content-Disposition"] = named or "attachment"
    response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
