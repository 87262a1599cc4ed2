"""Stores with their opening hours, and the poster for their doors (IN-13, IN-15)."""

from http import HTTPStatus

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from helpdesk import poster as posters
from helpdesk import reach, stores
from helpdesk.answers import SeeOther
from helpdesk.signed_in import supervising
from helpdesk.supervision.forms.channels import StoreForm
from helpdesk.supervision.publishing import publishing
from helpdesk.supervision.views.channels import page
from staff.models import User
from tickets.models import Store


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@publishing
def new(request: HttpRequest, user: User) -> HttpResponse:
    """Another store."""
    return store_page(request, user, Store())


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@publishing
def change(request: HttpRequest, user: User, code: str) -> HttpResponse:
    """A store's facts and hours; one that closes for good is switched off."""
    return store_page(request, user, get_object_or_404(Store, code=code))


def store_page(request: HttpRequest, user: User, store: Store) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    form = StoreForm(data, store=store)
    if data is not None and form.is_valid():
        try:
            stores.save(form.filled(), hours=form.hours(), by=user, at=timezone.now())
        except ValidationError as error:
            form.refuse(error)
        else:
            return SeeOther(reverse("supervision:channels"))
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return page(request, user, "store", status=status, store=store, form=form)


@require_safe
@never_cache
@supervising
def poster(request: HttpRequest, user: User, code: str) -> HttpResponse:
    """One A4 page for the door: where to ask when the store is closed."""
    store = get_object_or_404(Store.objects.in_use(), code=code)
    address = f"{settings.SITE_URL}{reverse('portal:ask')}?store={store.code}"
    told = reach.reach(at=timezone.now())
    context = {
        "of_store": stores.shown(store, at=timezone.now()),
        "emergency": reach.emergency_text(),
        "ways": [way for way in told.ways if not way.channel.offline and way.address],
        "address": address,
        "qr": posters.qr(address),
    }
    return render(request, "supervision/poster.html", context)
