"""What the phrase guard says about a text while it is being written."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from helpdesk.desk.marks import marks_of
from helpdesk.forms import ReplyForm
from helpdesk.signed_in import signed_in
from staff.models import User


@require_POST
@never_cache
@signed_in
def examine(request: HttpRequest, user: User) -> HttpResponse:
    """The findings alone; a POST, so that no text stands in an address or a log."""
    context = {"marks": marks_of(ReplyForm(request.POST), by=user)}
    return render(request, "desk/_phrases.html", context)
