"""The catalogue for strangers: devices, what they cost, and which one fits."""

from collections.abc import Iterable, Sequence
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from catalog import specification, words
from catalog.models import (
    DeliveryZone,
    Device,
    Need,
    PaymentMethod,
    Scale,
    Scene,
    Terms,
)
from catalog.services import candidates
from catalog.services.prices import searchable
from helpdesk.fragments import fragment
from helpdesk.portal.calculation import Calculation, Row
from helpdesk.portal.device_list import DeviceList, by_category
from helpdesk.portal.wish import Wish
from helpdesk.throttle import throttled

MOST_COMPARED: Final = 4
ALL_SCORES: Final = (*Scene, *Scale, *Need)


@require_safe
@vary_on_headers("HX-Request")
def devices(request: HttpRequest) -> HttpResponse:
    """All devices, or those that fit a wish; htmx gets the list alone."""
    partial = bool(request.headers.get("HX-Request"))
    wish = Wish.of(request.GET)
    # Hundreds of wishes rank: a list kept for each would push out other pieces.
    drawn = _once if wish.ranks else fragment
    listed = drawn("portal/_devices.html", DeviceList.of(wish, told=partial))
    if partial:
        return HttpResponse(listed)
    context = {"wish": drawn("portal/_wish.html", wish), "devices": listed}
    return render(request, "portal/devices.html", context)


def _once(template: str, values: Wish | DeviceList) -> SafeString:
    """As a fragment, but not kept."""
    return render_to_string(template, {"it": values})


@require_safe
def device(request: HttpRequest, code: str) -> HttpResponse:
    """One device: what it can do, what it costs, how it arrives."""
    shown = get_object_or_404(Device.objects.for_rent(), code=code)
    context = {
        "device": shown,
        "scores": scores_of(shown),
        "specification": specification.described(shown.spec),
        "zones": zones_for([shown]),
        "terms": Terms.objects.current(),
    }
    return render(request, "portal/device.html", context)


@require_safe
@throttled("calculate", "20/10s", "600/h", methods=("GET", "HEAD"))
@vary_on_headers("HX-Request")
def calculator(request: HttpRequest) -> HttpResponse:
    """The price of several devices with every line; htmx gets the price alone."""
    asked = Calculation.of(request.GET, at=timezone.now())
    status = 422 if asked.errors else 200
    partial = bool(request.headers.get("HX-Request"))
    context: dict[str, Any] = {"asked": asked, "fragment": partial}
    if asked.quote:
        context |= told_with_a_price(request, asked)
    if partial:
        return render(request, "portal/_price.html", context, status=status)
    context |= {
        "rows": [*asked.rows, Row(quantity="1")],
        "zones": DeliveryZone.objects.filter(enabled=True),
        "offered": by_category(candidates.all()),
    }
    return render(request, "portal/calculator.html", context, status=status)


def told_with_a_price(request: HttpRequest, asked: Calculation) -> dict[str, Any]:
    """What goes with every price: how to pay, when the deposit returns (IN-39, 40)."""
    longer = None
    if asked.longer and asked.quote:
        days, quote = asked.longer
        query = request.GET.copy()
        query["days"] = str(days)
        longer = {
            "days": days,
            "quote": quote,
            "saved": asked.quote.payable - quote.payable,
            "query": query.urlencode(),
        }
    terms = Terms.objects.current()
    return {
        "longer": longer,
        "terms": terms,
        "deposit_conditions": terms.text("deposit_conditions"),
        "deposit_arrival": terms.text("deposit_arrival"),
        "payment_methods": PaymentMethod.objects.filter(enabled=True),
        "ask_query": urlencode(
            [
                ("topic", "rental_price"),
                *(("device", row.code) for row in asked.rows),
                ("days", asked.days),
            ]
        ),
    }


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Up to four devices side by side, in the order in which they were chosen."""
    codes = list(dict.fromkeys(request.GET.getlist("device")))
    rows = Device.objects.for_rent().filter(code__in=filter(searchable, codes))
    known = {one.code: one for one in rows}
    chosen = [known[code] for code in codes if code in known][:MOST_COMPARED]
    context = {
        "devices": [(one, without(codes, one.code)) for one in chosen],
        "left_out": max(0, len(codes) - MOST_COMPARED),
        "parts": compared(chosen),
        "query": urlencode([("device", one.code) for one in chosen]),
    }
    return render(request, "portal/compare.html", context)


def question_about(query: QueryDict) -> str:
    """The beginning of a question that names the devices of an address."""
    codes = [code for code in query.getlist("device") if searchable(code)]
    if not codes:
        return ""
    known = Device.objects.for_rent().in_bulk(codes[:MOST_COMPARED], field_name="code")
    named = [f"{one.name} ({one.code})" for one in known.values()]
    if not named:
        return ""
    about = _("About %(devices)s: ") % {"devices": _(", ").join(named)}
    days = query.get("days", "")
    if days.isdecimal() and len(days) <= len("1095"):
        about += _("for %(days)s. ") % {"days": words.days(int(days))}
    return about


def scores_of(one: Device) -> list[tuple[str, int, str]]:
    """What it suits: label, score, and the score in words."""
    return [
        (str(score.label), one.scores[score], words.degree(one.scores[score]))
        for score in ALL_SCORES
    ]


def zones_for(chosen: Iterable[Device]) -> list[tuple[DeliveryZone, int | None]]:
    """The ways of delivery, each with its promise in hours for these devices."""
    special = any(one.delivery_class == "special" for one in chosen)
    return [
        (zone, zone.special_hours if special else zone.standard_hours)
        for zone in DeliveryZone.objects.filter(enabled=True)
    ]


def compared(chosen: Sequence[Device]) -> list[tuple[str, list[tuple[str, list[str]]]]]:
    """What differs in their use and make: headings with rows of one cell a device."""
    scores = [
        (str(score.label), [words.degree(one.scores[score]) for one in chosen])
        for score in ALL_SCORES
    ]
    keys = specification.ordered({key for one in chosen for key in one.spec})
    spec = [
        (
            specification.label(key),
            [
                specification.value(key, one.spec[key]) if key in one.spec else "–"
                for one in chosen
            ],
        )
        for key in keys
    ]
    return [(_("What it suits"), scores), (_("Specification"), spec)]


def without(codes: Sequence[str], code: str) -> str:
    """The address of the comparison without one of its devices."""
    rest = urlencode([("device", one) for one in codes if one != code])
    return f"{reverse('portal:compare')}?{rest}"
