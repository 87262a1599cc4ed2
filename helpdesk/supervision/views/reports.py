"""Reports of weeks and months: listed, read, written to, and as files."""

from datetime import date
from http import HTTPStatus
from typing import Final

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
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
from figures.models import Report
from figures.periods import Cycle
from figures.services import reports
from helpdesk.answers import SeeOther
from helpdesk.report_sheet import ReportSheet
from helpdesk.signed_in import supervising
from helpdesk.supervision.forms.reports import ReportForm
from staff.models import User

MOST: Final = 120
FILES: Final = {"pdf": "application/pdf", "xlsx": CONTENT_TYPES[Format.XLSX]}


def found(cycle: str, first: str) -> Report:
    """The report that an address names. Raises Http404."""
    try:
        day = date.fromisoformat(first)
    except ValueError as error:
        raise Http404 from error
    known = Report.objects.select_related("written_by")
    return get_object_or_404(known, cycle=cycle, first=day)


@require_safe
@never_cache
@supervising
def index(request: HttpRequest, user: User) -> HttpResponse:
    """Every report, the newest first."""
    context = {
        "place": "supervision",
        "part": "reports",
        "now": timezone.now(),
        "groups": [
            (
                cycle,
                [ReportSheet(it) for it in Report.objects.filter(cycle=cycle)[:MOST]],
            )
            for cycle in Cycle
        ],
    }
    return render(request, "supervision/reports.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@supervising
def report(request: HttpRequest, user: User, cycle: str, first: str) -> HttpResponse:
    """One report; as long as it has not gone out, with the form for people's words."""
    row = found(cycle, first)
    form = ReportForm(initial={"words": row.words, "improvements": row.improvements})
    written_meanwhile = False
    status = HTTPStatus.OK
    if request.method == "POST":
        form = ReportForm(request.POST)
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            try:
                reports.write(
                    row,
                    **form.cleaned_data,
                    seen=request.POST.get("seen", ""),
                    by=user,
                    at=timezone.now(),
                )
            except ValidationError as error:
                form.refuse(error)
                written_meanwhile = form.has_error(NON_FIELD_ERRORS, "report_changed")
                row = found(cycle, first)
            else:
                return SeeOther(address(row))
    context = {
        "place": "supervision",
        "part": "reports",
        "now": timezone.now(),
        "sheet": ReportSheet(row),
        "form": form,
        "seen": reports.fingerprint(row),
        "written_meanwhile": written_meanwhile,
    }
    return render(request, "supervision/report.html", context, status=status)


@require_POST
@supervising
def release(request: HttpRequest, user: User, cycle: str, first: str) -> HttpResponse:
    """Let it go out now."""
    row = found(cycle, first)
    reports.release(row, by=user, at=timezone.now())
    return SeeOther(address(row))


@require_safe
@never_cache
@supervising
def file(
    request: HttpRequest, user: User, cycle: str, first: str, kind: str
) -> HttpResponse:
    """The report as a file, made of the frozen figures in the reader's language."""
    row = found(cycle, first)
    if kind not in FILES:
        raise Http404
    from helpdesk import report_files  # noqa: PLC0415 - many MiB

    make = {"pdf": report_files.pdf, "xlsx": report_files.xlsx}[kind]
    name = f"{ReportSheet(row).file_name}.{kind}"
    named = content_disposition_header(as_attachment=True, filename=name)
    return HttpResponse(
        make(row, language=get_language() or "zh-hans"),
        content_type=FILES[kind],
        headers={"Content-Disposition": named or "attachment"},
    )


def address(row: Report) -> str:
    return reverse("supervision:report", args=[row.cycle, row.first])
