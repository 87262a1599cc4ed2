"""What a colleague puts together: links, merges and their undoing."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from helpdesk.desk.views.verbs import do
from helpdesk.forms import MergeForm, OtherForm, values
from helpdesk.signed_in import signed_in
from inquiries import services
from inquiries.models import Inquiry
from staff.models import User
from tickets.models import Ticket
from tickets.services import links


@require_POST
@signed_in
def link(request: HttpRequest, user: User, number: str) -> HttpResponse:
    form = OtherForm(request.POST)
    return do(
        request,
        user,
        number,
        lambda i, at: links.link(i, to=other_ticket(form, user), by=user, at=at),
    )


@require_POST
@signed_in
def unlink(request: HttpRequest, user: User, number: str) -> HttpResponse:
    form = OtherForm(request.POST)
    return do(
        request,
        user,
        number,
        lambda i, at: links.unlink(i, to=other_ticket(form, user), by=user, at=at),
    )


@require_POST
@signed_in
def merge(request: HttpRequest, user: User, number: str) -> HttpResponse:
    form = MergeForm(request.POST)
    return do(
        request,
        user,
        number,
        lambda i, at: services.merge(
            i,
            into=other_inquiry(form, user),
            reason=values(form)["reason"],
            by=user,
            at=at,
        ),
    )


@require_POST
@signed_in
def unmerge(request: HttpRequest, user: User, number: str) -> HttpResponse:
    """Undo the merge of this inquiry, or of another one (`other`) into it."""
    form = OtherForm(request.POST)

    def act(inquiry: Inquiry, at: datetime) -> object:
        named = other_inquiry(form, user) if "other" in request.POST else inquiry
        return services.unmerge(named, by=user, at=at)

    return do(request, user, number, act)


def other_ticket(form: OtherForm, user: User) -> Ticket:
    """The ticket that a form names, among those that this person may see."""
    number = values(form)["other"]
    return links.named(number, among=Ticket.objects.visible_to(user))


def other_inquiry(form: OtherForm, user: User) -> Inquiry:
    """The inquiry that a form names, among those that this person may see."""
    number = values(form)["other"]
    return links.named(number, among=Inquiry.objects.visible_to(user))
