"""Keep, rename and forget views of dashboards and of the desk."""

from datetime import datetime
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from figures.models import Board, SavedView
from staff.models import User
from tickets.workflow import NotAllowed

MOST: Final = 30
LONGEST_NAME: Final = 40
LONGEST_QUERY: Final = 500


@transaction.atomic
def save(
    *, board: str, name: str, query: str, for_all: bool, by: User, at: datetime
) -> SavedView:
    """Keep a wish under a name; under the same name again it takes the older's place.

    Raises ValidationError (name), NotAllowed.
    """
    if board != Board.DESK and not by.supervises:
        raise NotAllowed("save_view")
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    words = " ".join(name.split())
    wrong = _fault(words, query, board, by=by)
    if wrong:
        raise ValidationError({"name": wrong})
    view, _created = SavedView.objects.update_or_create(
        owner=by,
        board=board,
        name=words,
        defaults={"query": query, "for_all": for_all, "saved_at": at},
    )
    return view


@transaction.atomic
def rename(view: SavedView, name: str, *, by: User) -> None:
    """Give one's own view another name. Raises ValidationError (name), NotAllowed."""
    if view.owner_id != by.pk:
        raise NotAllowed("rename_view")
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    words = " ".join(name.split())
    others = SavedView.objects.filter(owner=by, board=view.board).exclude(pk=view.pk)
    wrong = _fault_of_name(words)
    if not wrong and others.filter(name=words).exists():
        wrong = _("Another view has this name.")
    if wrong:
        raise ValidationError({"name": wrong})
    SavedView.objects.filter(pk=view.pk).update(name=words)


def forget(view: SavedView, *, by: User) -> None:
    """Take a view away; again changes nothing. Raises NotAllowed."""
    if view.owner_id != by.pk and not by.publishes:
        raise NotAllowed("forget_view")
    SavedView.objects.filter(pk=view.pk).delete()


def _fault(name: str, query: str, board: str, *, by: User) -> str:
    """What stands against keeping it, in words; "" for nothing."""
    if wrong := _fault_of_name(name):
        return wrong
    if len(query) > LONGEST_QUERY or "\x00" in query or board not in Board.values:
        return _("This view cannot be kept.")
    own = SavedView.objects.filter(owner=by)
    known = own.filter(board=board, name=name).exists()
    if not known and own.count() >= MOST:
        return _("At most %(most)d views: forget one first.") % {"most": MOST}
    return ""


def _fault_of_name(name: str) -> str:
    if not name or "\x00" in name:
        return _("Please give the view a name.")
    if len(name) > LONGEST_NAME:
        return _("At most %(most)d characters.") % {"most": LONGEST_NAME}
    return ""
