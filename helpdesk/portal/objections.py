"""Filing an objection at the customers' door: the form, its files, and the end page."""

import uuid
from http import HTTPStatus
from typing import Final

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_headers

from customers.text import unfit
from helpdesk.answers import USED_UP, SeeOther
from helpdesk.forms import renewed
from helpdesk.portal import objection_form, sight
from helpdesk.portal.filed import send_first_code
from helpdesk.portal.objection_form import ObjectionForm
from helpdesk.throttle import throttled
from objections import services
from objections.models import Objection
from objections.services.filing import filed_before
from tickets.models import Channel, StagedFile
from tickets.services import staging
from tickets.workflow import SentOtherwise

CHANNEL: Final = "website_message"


@require_http_methods(["GET", "HEAD", "POST"])
@throttled("object", "5/10s", "60/h")
@never_cache
@vary_on_headers("HX-Request")
def new(request: HttpRequest) -> HttpResponse:
    """The form, and the filing."""
    if request.method == "POST":
        return send(request)
    initial = {"client_token": uuid.uuid4(), "what": "", "demands": []}
    return form_page(request, ObjectionForm(initial=initial))


def send(request: HttpRequest) -> HttpResponse:
    """File the objection and go to its end page, or say what is wrong."""
    form = ObjectionForm(request.POST, request.FILES)
    staged = waiting(request)
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        filed = file_by(request, form, staged)
    except SentOtherwise as error:
        filed, status = None, HTTPStatus.CONFLICT
        form.add_error(None, str(error))
    if filed is not None:
        staging.drop(staged)
        sight.grant(request, filed)
        send_first_code(request, filed)
        return go(request, reverse("portal:objection_filed", args=[filed.number]))
    if request.headers.get("HX-Request"):
        context = {"slots": form.slots(), "form_id": "objection"}
        response = render(
            request, "components/error_slots.html", context, status=status
        )
        response["HX-Reswap"] = "none"
        if status == HTTPStatus.CONFLICT:
            response["HX-Trigger"] = USED_UP
        return response
    if status == HTTPStatus.CONFLICT:
        form.data = renewed(form.data)
    return form_page(request, form, staged, status=status)


def file_by(
    request: HttpRequest, form: ObjectionForm, staged: list[StagedFile]
) -> Objection | None:
    """The objection that this form has filed, now or before; None if it is refused.

    Raises SentOtherwise where it has filed another.
    """
    if not form.is_valid():
        check_rest(form)
        return None
    token, facts = form.cleaned_data["client_token"], form.facts()
    if earlier := filed_before(token, facts=facts):
        return earlier
    try:
        refuse_lost(request, staged)
        return services.file(
            channel=Channel.objects.get(code=CHANNEL),
            surname=form.cleaned_data["surname"],
            phone=form.cleaned_data["phone"],
            facts=facts,
            files=form.cleaned_data["files"],
            ready=staging.contents(staged),
            order_confirmed=form.cleaned_data["order_confirmed"],
            client_token=token,
            at=timezone.now(),
        )
    except ValidationError as error:
        if earlier := filed_before(token, facts=facts):  # by the same click just now
            return earlier
        form.refuse(error)
        return None


def check_rest(form: ObjectionForm) -> None:
    """Say at once what else is missing, when a field cannot even be read."""
    texts = objection_form.missing_texts()
    for name in ("description", "demands", "phone"):
        if name not in form.errors and not form.cleaned_data.get(name):
            form.add_error(name, texts[name])


def waiting(request: HttpRequest) -> list[StagedFile]:
    """The files that this browser sent before and names in the form."""
    owner = sight.uploader(request)
    return staging.waiting(ids_in(request), owner=owner)


def ids_in(request: HttpRequest) -> set[uuid.UUID]:
    """The names of staged files in a form; what is no name is left out."""
    found = set()
    for text in request.POST.getlist("staged"):
        try:
            found.add(uuid.UUID(text))
        except ValueError:
            continue
    return found


def refuse_lost(request: HttpRequest, staged: list[StagedFile]) -> None:
    """Never file without a file that the customer believes to have sent."""
    if len(staged) < len(ids_in(request)):
        raise unfit(
            "files",
            _("A file was kept too long and is gone. Please choose it again."),
            code="file_gone",
        )


def form_page(
    request: HttpRequest,
    form: ObjectionForm,
    staged: list[StagedFile] | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    """The whole form; without a script it is one long page."""
    context = {
        "form": form,
        "groups": objection_form.groups(form, chinese=get_language() != "en"),
        "unsure": form["what"].value() == objection_form.UNSURE,
        "wanted": objection_form.wanted(form),
        "needs": objection_form.needs(),
        "missing": objection_form.missing_texts(),
        "phases": objection_form.phases(),
        "process_steps": objection_form.process_steps(),
        "slots": form.slots() if form.is_bound else {},
        "staged": staged or [],
    }
    return render(request, "portal/objection/new.html", context, status=status)


def go(request: HttpRequest, path: str) -> HttpResponse:
    """303 for a browser; htmx is told to go there itself."""
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": path})
    return SeeOther(path)
