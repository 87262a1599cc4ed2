"""A private word from a supervisor to a colleague, and that it was heard (SH-08)."""

import uuid
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from staff.models import User
from tickets import feed
from tickets.models import LONGEST_WORD, PrivateWord, Ticket, Verb
from tickets.services import events
from tickets.services.messages import refuse_other
from tickets.text import clean_message
from tickets.workflow import NotAllowed


@transaction.atomic
def send_word(
    ticket: Ticket,
    *,
    to: User,
    text: str,
    by: User,
    at: datetime,
    client_token: uuid.UUID | None = None,
) -> PrivateWord:
    """Tell a colleague something about a ticket that no customer is to read.

    The history says that there was a word and to whom, not what it said.

    Raises NotAllowed for people who do not supervise, ValidationError (to, text),
    SentOtherwise.
    """
    if not by.supervises:
        raise NotAllowed("private_word")
    wrong = {}
    try:
        text = clean_message(text)
        if len(text) > LONGEST_WORD:
            wrong["text"] = ValidationError(
                _("At most %(most)d characters.") % {"most": LONGEST_WORD}
            )
    except ValidationError as error:
        wrong["text"] = error
    if to == by:
        wrong["to"] = ValidationError(_("A word goes to somebody else."))
    elif not Ticket.objects.visible_to(to).filter(pk=ticket.pk).exists():
        wrong["to"] = ValidationError(
            _("%(name)s does not see this ticket.") % {"name": to}
        )
    if wrong:
        raise ValidationError(wrong)
    ticket = Ticket.objects.select_for_update().get(pk=ticket.pk)
    if client_token is not None:
        sent = PrivateWord.objects.filter(client_token=client_token).first()
        if sent is not None:
            same = (sent.ticket_id, sent.recipient_id, sent.text)
            refuse_other(ticket, same=same == (ticket.pk, to.pk, text))
            return sent
    word = PrivateWord.objects.create(
        ticket=ticket,
        sender=by,
        recipient=to,
        text=text,
        sent_at=at,
        client_token=client_token,
    )
    events.record(ticket, Verb.PRIVATE_WORD, by=by, at=at, to=to.pk, word=word.pk)
    feed.announce_notifications([to.pk])
    feed.announce(ticket, "ticket", to_customer=False)
    return word


@transaction.atomic
def hear_word(word: PrivateWord, *, by: User, at: datetime) -> bool:
    """The colleague has read it; the first time counts. Raises NotAllowed."""
    if word.recipient_id != by.pk:
        raise NotAllowed("hear_word")
    first = PrivateWord.objects.filter(pk=word.pk, heard_at=None).update(heard_at=at)
    if first:
        feed.announce_notifications([by.pk])
    return bool(first)
