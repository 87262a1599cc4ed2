"""What stands at the end of a shift: the sheet that is handed over, and the digest."""

from datetime import datetime, timedelta
from typing import ClassVar, Final, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from figures.frozen import fingerprint
from staff.models import Shift, User

# A signature that comes later than this after the end is late.
SIGNED_WITHIN: Final = timedelta(minutes=30)
MISSED_FOR: Final = timedelta(days=7)
LATE_FOR: Final = timedelta(days=1)
MOST_WORDS: Final = 2000


class EndOfShift(models.Model):
    """One turn of a shift, and what stood when it ended: a frozen copy."""

    shift = models.ForeignKey(Shift, models.PROTECT, verbose_name=_("shift"))
    day = models.DateField(
        _("day"), help_text=_("The local day on which the shift began.")
    )
    since = models.DateTimeField(_("begins"))
    until = models.DateTimeField(_("ends"))
    made_at = models.DateTimeField(_("made"))
    content = models.JSONField()
    hash = models.CharField(max_length=64)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {self.shift.code}"

    @property
    def is_intact(self) -> bool:
        """Whether the copy is what was frozen."""
        return fingerprint(self.content) == self.hash


class ShiftSheetQuerySet(models.QuerySet["ShiftSheet"]):
    """Questions about sheets."""

    def newest_first(self) -> Self:
        return self.order_by("-until", "-pk")

    def amiss(self, *, at: datetime) -> Self:
        """Those whose signatures miss, within a week, or came late, within a day."""
        missing = Q(handed_at=None) | Q(taken_at=None)
        late = Q(handed_at__gt=F("until") + SIGNED_WITHIN) | Q(
            taken_at__gt=F("until") + SIGNED_WITHIN
        )
        return self.filter(
            Q(until__gt=at - MISSED_FOR) & missing | Q(until__gt=at - LATE_FOR) & late,
            until__lt=at - SIGNED_WITHIN,
        )


class ShiftSheet(EndOfShift):
    """What one shift hands to the next: what is open, with words, signed by both.

    The copy is made at the end of the shift, or a little before it by whoever hands
    over. `words` are those of the outgoing, and belong to that signature. Nothing but
    a missing signature is ever added to a sheet.
    """

    words = models.TextField(_("words"), blank=True, default="", db_default="")
    handed_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("handed over by"),
    )
    handed_at = models.DateTimeField(_("handed over"), null=True)
    taken_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("taken over by"),
    )
    taken_at = models.DateTimeField(_("taken over"), null=True)

    objects = ShiftSheetQuerySet.as_manager()

    class Meta:
        verbose_name = _("handover sheet")
        verbose_name_plural = _("handover sheets")
        ordering = ("-until", "-pk")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("shift", "day"), name="shift_sheet_once"),
            models.CheckConstraint(
                condition=Q(handed_by=None, handed_at=None, words="")
                | Q(handed_by__isnull=False, handed_at__isnull=False),
                name="shift_sheet_words_are_signed",
            ),
            models.CheckConstraint(
                condition=Q(taken_by=None, taken_at=None)
                | Q(
                    taken_by__isnull=False,
                    handed_at__isnull=False,
                    taken_at__gte=F("handed_at"),
                )
                & ~Q(taken_by=F("handed_by")),
                name="shift_sheet_taken_by_another_afterwards",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=("-until", "-id"), name="shift_sheet_newest")
        ]

    @property
    def is_signed(self) -> bool:
        return self.taken_at is not None

    @property
    def lateness(self) -> timedelta | None:
        """How late the later signature came; None for one in time or missing."""
        if self.taken_at is None or self.taken_at <= self.until + SIGNED_WITHIN:
            return None
        return self.taken_at - self.until


class ShiftDigest(EndOfShift):
    """How the promises of one shift stood when it ended."""

    class Meta:
        verbose_name = _("digest of a shift")
        verbose_name_plural = _("digests of shifts")
        ordering = ("-until", "-pk")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("shift", "day"), name="shift_digest_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=("-until", "-id"), name="shift_digest_newest")
        ]


class DigestCopyQuerySet(models.QuerySet["DigestCopy"]):
    """Questions about copies."""

    def unread(self, person: User) -> Self:
        return self.filter(person=person, read_at=None)

    def to_send(self) -> Self:
        """What waits to go out by mail, and was not given up."""
        return self.filter(by_mail=True, sent_at=None, failed_at=None)


class DigestCopy(models.Model):
    """One person's copy of a digest: unread until said otherwise, perhaps mailed.

    One that goes by mail is its own outbox row, as notices of promises are.
    """

    digest = models.ForeignKey(ShiftDigest, models.PROTECT, related_name="copies")
    person = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    by_mail = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True)
    retry_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)

    objects = DigestCopyQuerySet.as_manager()

    class Meta:
        verbose_name = _("copy of a digest")
        verbose_name_plural = _("copies of digests")
        ordering = ("-pk",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("digest", "person"), name="digest_copy_once"
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=("person", "-id"),
                name="digest_copy_unread",
                condition=Q(read_at=None),
            ),
            models.Index(
                fields=("id",),
                name="digest_copy_to_send",
                condition=Q(by_mail=True, sent_at=None, failed_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.digest_id} {self.person_id}"


class DigestByMail(models.Model):
    """A person who wants digests by mail as well; whoever has no row does not."""

    person = models.OneToOneField(User, models.CASCADE, related_name="+")
    since = models.DateTimeField()

    class Meta:
        verbose_name = _("wish for digests by mail")
        verbose_name_plural = _("wishes for digests by mail")

    def __str__(self) -> str:
        return f"{self.person_id}"
