"""Units that are kept back, and those that should be (OB-10)."""

from http import HTTPStatus

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from catalog.models import Quarantine
from catalog.services.quarantine import device_named, may_quarantine
from helpdesk.answers import SeeOther
from helpdesk.signed_in import signed_in
from helpdesk.supervision.forms.prevention import LiftForm, QuarantineForm
from objections.services import quarantining
from staff.models import User

MOST: int = 200


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def index(request: HttpRequest, user: User) -> HttpResponse:
    """The list, and the form that keeps a unit back."""
    if not user.supervises and not may_quarantine(user):
        raise Http404
    if request.method != "POST":
        serial = request.GET.get("serial", "")
        device = device_named(request.GET.get("model", ""))
        known = {"serial_number": serial, "device": device.code if device else ""}
        return show(request, user, QuarantineForm(initial=known))
    form = QuarantineForm(request.POST)
    if form.is_valid():
        try:
            quarantining.put(**form.cleaned_data, by=user, at=timezone.now())
        except ValidationError as error:
            form.refuse(error)
        else:
            return SeeOther(reverse("supervision:quarantine"))
    return show(request, user, form)


@require_POST
@signed_in
def lift(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """A unit may be rented again."""
    if not user.supervises and not may_quarantine(user):
        raise Http404
    row = get_object_or_404(Quarantine, pk=pk)
    form = LiftForm(request.POST, auto_id=f"lift-{pk}-%s")
    if form.is_valid():
        try:
            quarantining.lift(row, **form.cleaned_data, by=user, at=timezone.now())
        except ValidationError as error:
            form.refuse(error)
        else:
            return SeeOther(reverse("supervision:quarantine"))
    return show(request, user, QuarantineForm(), lifting=(pk, form))


def show(
    request: HttpRequest,
    user: User,
    form: QuarantineForm,
    lifting: tuple[int, LiftForm] | None = None,
) -> HttpResponse:
    rows = Quarantine.objects.select_related("device", "by", "lifted_by")
    refused, refused_form = lifting or (0, None)
    standing = [
        (
            row,
            refused_form
            if row.pk == refused
            else LiftForm(auto_id=f"lift-{row.pk}-%s"),
        )
        for row in rows.standing()[:MOST]
    ]
    wrong = form.errors or lifting
    context = {
        "place": "supervision" if user.supervises else "quarantine",
        "part": "quarantine",
        "now": timezone.now(),
        "may": may_quarantine(user),
        "form": form,
        "suspects": quarantining.suspects(by=user),
        "standing": standing,
        "lifted": list(rows.filter(lifted_at__isnull=False)[:MOST]),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    return render(request, "supervision/quarantine.html", context, status=status)
