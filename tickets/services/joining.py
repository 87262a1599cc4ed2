"""A supervisor joins a conversation and writes in it beside the colleague (SH-08)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from staff.models import User
from tickets import feed
from tickets.models import Event, Ticket, Verb
from tickets.services import events
from tickets.workflow import IllegalStep, NotAllowed


@transaction.atomic
def join(ticket: Ticket, *, by: User, at: datetime) -> bool:
    """Say in the history that a supervisor is here; whose ticket it is stays.

    Once in each cycle; returns whether it is said now. Raises NotAllowed for people who
    do not supervise or do not answer customers, IllegalStep when it has ended.
    """
    if not by.supervises or not by.receives:
        raise NotAllowed("join")
    ticket = Ticket.objects.select_for_update().get(pk=ticket.pk)
    if ticket.closed_at is not None:
        raise IllegalStep(
            _("This conversation has ended."), step="join", status=ticket.status
        )
    here = Event.objects.filter(
        ticket=ticket, verb=Verb.JOINED, actor=by, data__cycle=ticket.cycle
    )
    if ticket.assignee_id == by.pk or here.exists():
        return False
    events.record(ticket, Verb.JOINED, by=by, at=at, cycle=ticket.cycle)
    feed.announce(ticket, "ticket", to_customer=False)
    return True
