"""The goals of this month and how they came about; managers set others (SH-07)."""

from http import HTTPStatus
from typing import Final

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from helpdesk.answers import SeeOther
from helpdesk.signed_in import supervising
from helpdesk.supervision.forms.goals import GoalForm
from sla.models import Goal, Metric
from sla.services import goals
from staff.models import User

MOST_PAST: Final = 100


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@supervising
def index(request: HttpRequest, user: User) -> HttpResponse:
    """Everybody who supervises reads them; NotAllowed for who does not decide."""
    at = timezone.now()
    month = goals.month_of(at)
    data = request.POST if request.method == "POST" else None
    form = GoalForm(data, initial={"month": month, "metric": Metric.FIRST_REPLY})
    if form.is_valid():
        try:
            goals.set_goal(**form.cleaned_data, by=user, at=at)
        except ValidationError as error:
            form.refuse(error)
        else:
            return SeeOther(reverse("supervision:goals"))
    context = {
        "place": "supervision",
        "part": "goals",
        "now": at,
        "month": month,
        "held": goals.goals_of(month).values(),
        "rows": Goal.objects.select_related("set_by").order_by("-set_at", "-pk")[
            :MOST_PAST
        ],
        "form": form,
        "publishes": user.publishes,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "supervision/goals.html", context, status=status)
