"""Where the channels must be published, and the checks that they are (IN-11)."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from staff.models import User
from tickets.models.store import Store
from tickets.models.ticket import Channel


class PlaceKind(models.TextChoices):
    """The four kinds of place that IN-11 names."""

    WEBSITE_HOME = "website_home", _("Website home page")
    WECHAT_MENU = "wechat_menu", _("WeChat menu")
    STORE = "store", _("Store")
    BROCHURE = "brochure", _("Brochure")


class PlaceQuerySet(models.QuerySet["PublicationPlace"]):
    """Questions about places."""

    def in_use(self) -> "PlaceQuerySet":
        return self.filter(retired_at=None)

    def due(self) -> "PlaceQuerySet":
        """Those that somebody is to look at."""
        return self.in_use().filter(recheck_due_since__isnull=False)


class PublicationPlace(models.Model):
    """One place where customers must find every channel.

    `recheck_due_since` is set when the place is listed, and again each month by a job;
    a check that found everything clears it.
    """

    kind = models.CharField(_("kind"), max_length=20, choices=PlaceKind.choices)
    name = models.CharField(_("name"), max_length=80)
    store = models.OneToOneField(
        Store, models.PROTECT, null=True, blank=True, related_name="publication"
    )
    channel = models.ForeignKey(
        Channel,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("channel that it belongs to"),
    )
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)
    recheck_due_since = models.DateTimeField(null=True, blank=True)

    objects = PlaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("place of publication")
        verbose_name_plural = _("places of publication")
        ordering = ("pk",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=PlaceKind.values),
                name="publication_place_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(kind=PlaceKind.STORE, store__isnull=False)
                | ~Q(kind=PlaceKind.STORE) & Q(store=None),
                name="publication_place_store_fits_kind",
            ),
            models.UniqueConstraint(
                fields=("kind",),
                condition=Q(kind__in=[PlaceKind.WEBSITE_HOME, PlaceKind.WECHAT_MENU]),
                name="publication_place_one_home_and_menu",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """Its name in the reader's language, where it has one in both."""
        if self.store is not None:
            return self.store.name
        alone = self.kind in {PlaceKind.WEBSITE_HOME, PlaceKind.WECHAT_MENU}
        return str(PlaceKind(self.kind).label) if alone else self.name


def proof_path(check: "PublicationCheck", _name: str) -> str:
    """A name on disk that says nothing about the content."""
    return f"publication/{check.at:%Y/%m}/{check.public_id}"


class PublicationCheck(models.Model):
    """Somebody looked at a place. Append-only: the database refuses the rest.

    `fingerprint` is that of the list of channels at the time, so that a later change of
    the list shows which places were not looked at since.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    place = models.ForeignKey(PublicationPlace, models.PROTECT, related_name="checks")
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT)
    shows_all = models.BooleanField()
    note = models.CharField(max_length=500, blank=True)
    fingerprint = models.CharField(max_length=64)
    link = models.CharField(max_length=500, blank=True)
    name = models.CharField(max_length=120, blank=True)
    content_type = models.CharField(max_length=60, blank=True)
    file = models.FileField(upload_to=proof_path, blank=True)
    client_token = models.UUIDField(null=True, blank=True, unique=True)

    class Meta:
        verbose_name = _("check of a publication")
        verbose_name_plural = _("checks of publications")
        ordering = ("-at", "-pk")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(link="") | ~Q(file=""), name="publication_check_has_proof"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=("place", "-at"), name="publication_check_newest")
        ]

    def __str__(self) -> str:
        return f"{self.place_id} {self.at:%Y-%m-%d}"
