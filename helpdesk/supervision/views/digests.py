"""Digests of shifts: their list, one of them, and whether they come by mail."""

from datetime import UTC

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from figures.models import DigestCopy, ShiftDigest
from figures.services import digests as verbs
from helpdesk import digests
from helpdesk.answers import SeeOther
from helpdesk.digests import Digest
from helpdesk.forms import instant
from helpdesk.shift_addresses import day_of
from helpdesk.signed_in import supervising
from staff.models import User


@require_safe
@never_cache
@supervising
def index(request: HttpRequest, user: User) -> HttpResponse:
    """The digests of past shifts, the newest first."""
    before = instant(request.GET.get("before", ""))
    found, more = digests.page_of(before=before)
    context = {
        "place": "supervision",
        "part": "digests",
        "now": timezone.now(),
        "digests": found,
        "unread": set(DigestCopy.objects.unread(user).values_list("digest", flat=True)),
        "more": more.astimezone(UTC).isoformat() if more else "",
        "by_mail": digests.wants_mail(user),
        "email": user.email,
    }
    return render(request, "supervision/digests.html", context)


@require_safe
@never_cache
@supervising
def digest(request: HttpRequest, user: User, day: str, code: str) -> HttpResponse:
    """One digest, as it was frozen."""
    row = found(day, code)
    context = {
        "place": "supervision",
        "part": "digests",
        "now": timezone.now(),
        "digest": Digest.of(row),
        "waits": DigestCopy.objects.unread(user).filter(digest=row).exists(),
    }
    return render(request, "supervision/digest.html", context)


@require_POST
@supervising
def read(request: HttpRequest, user: User, day: str, code: str) -> HttpResponse:
    """This person has read it."""
    verbs.read(found(day, code), by=user, at=timezone.now())
    return SeeOther(reverse("supervision:digest", args=[day, code]))


@require_POST
@supervising
def by_mail(request: HttpRequest, user: User) -> HttpResponse:
    """Whether digests come by mail as well, from the next one on."""
    wanted = request.POST.get("wanted") == "yes"
    verbs.want_by_mail(user, wanted=wanted, at=timezone.now())
    return SeeOther(reverse("supervision:digests"))


def found(day: str, code: str) -> ShiftDigest:
    """The digest of an address; else a 404."""
    rows = ShiftDigest.objects.select_related("shift")
    return get_object_or_404(rows, day=day_of(day), shift__code=code)
