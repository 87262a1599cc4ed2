"""A month of objections by what they have in common, and as a file (OB-10, CC-15)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from catalog.exchange import sheets
from catalog.exchange.sheets import CONTENT_TYPES, Format
from catalog.services.quarantine import may_quarantine
from helpdesk.signed_in import supervising
from objections.models import MonthlyReport
from objections.months import Month
from objections.prevention_workflow import LEADING
from objections.services import analysis
from objections.services.analysis import Analysis
from staff.models import User


def asked(request: HttpRequest) -> Month:
    """The month of the address; this month where it says none."""
    return Month.read(request.GET.get("month", "")) or Month.of(timezone.now())


@require_safe
@never_cache
@supervising
def month(request: HttpRequest, user: User) -> HttpResponse:
    """The figures and tables of a month beside the one before."""
    at = timezone.now()
    chosen = asked(request)
    context = {
        "place": "supervision",
        "part": "objections",
        "now": at,
        "month": chosen,
        "this_month": Month.of(at),
        "analysis": Analysis.of(chosen, at=at),
        "kept": MonthlyReport.objects.filter(month=chosen.first).first(),
        "leads": user.role in LEADING,
        "keeps_back": may_quarantine(user),
    }
    return render(request, "supervision/objections.html", context)


@require_safe
@never_cache
@supervising
def export(request: HttpRequest, user: User) -> HttpResponse:
    """The month as CSV, with nothing in it that a spreadsheet takes for a formula."""
    chosen = asked(request)
    found = Analysis.of(chosen, at=timezone.now())
    content = sheets.write(analysis.heading(), analysis.rows(found), as_=Format.CSV)
    name = f"objections-{chosen}.csv"
    return HttpResponse(
        content,
        content_type=CONTENT_TYPES[Format.CSV],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
