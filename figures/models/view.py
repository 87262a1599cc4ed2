"""A wish for a dashboard or a desk that somebody keeps, for themselves or for all."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from staff.models import User


class Board(models.TextChoices):
    """The dashboards of which views are kept, and the list of the desk."""

    PROMISES = "promises", _("Promises")
    CASES = "cases", _("Cases and satisfaction")
    OBJECTIONS = "objections", _("Objections")
    DESK = "desk", _("Desk")


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    """Questions about saved views."""

    def visible_to(self, user: User) -> Self:
        """One's own, and those that are for all who supervise."""
        own = Q(owner=user)
        return self.filter(own | Q(for_all=True) if user.supervises else own)


class SavedView(models.Model):
    """What a board was asked for, under a name; `query` is its address' end."""

    owner = models.ForeignKey(User, models.CASCADE, related_name="+")
    board = models.CharField(max_length=20, choices=Board.choices)
    name = models.CharField(_("name"), max_length=40)
    query = models.CharField(max_length=500, blank=True)
    for_all = models.BooleanField(_("for all who supervise"), default=False)
    saved_at = models.DateTimeField(_("saved"))

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ("name", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("owner", "board", "name"), name="saved_view_name_once"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="saved_view_has_a_name"),
            models.CheckConstraint(
                condition=Q(board__in=Board.values), name="saved_view_board_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name
