"""The policy ledger: to read, and as a file."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from catalog.exchange import sheets
from catalog.exchange.sheets import CONTENT_TYPES, Format
from helpdesk.signed_in import supervising
from helpdesk.supervision import ledger
from helpdesk.supervision.ledger import Kept, Sheet, Wanted
from sla.clause_book import book
from staff.models import User


@require_safe
@never_cache
@supervising
def show(request: HttpRequest, user: User) -> HttpResponse:
    """Every clause that is looked for, and how many there are of each kind."""
    sheet = Sheet.of(user, wanted=Wanted.read(request.GET), at=timezone.now())
    context = {
        "place": "supervision",
        "part": "ledger",
        "now": sheet.now,
        "sheet": sheet,
        "marks": Kept,
        "documents": [(it.code, ledger.name_of(it)) for it in book().documents],
    }
    return render(request, "supervision/ledger.html", context)


@require_safe
@never_cache
@supervising
def export(request: HttpRequest, user: User) -> HttpResponse:
    """The same as CSV, with nothing in it that a spreadsheet takes for a formula."""
    sheet = Sheet.of(user, wanted=Wanted.read(request.GET), at=timezone.now())
    content = sheets.write(ledger.heading(), ledger.lines(sheet), as_=Format.CSV)
    numbers = "-".join(f"v{it.number}" for it in sheet.versions) or "v0"
    name = f"policy-ledger-{numbers}-{timezone.localdate(sheet.now):%Y-%m-%d}.csv"
    return HttpResponse(
        content,
        content_type=CONTENT_TYPES[Format.CSV],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
