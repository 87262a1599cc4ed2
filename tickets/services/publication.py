"""The list of channels, where it must stand, and who saw that it stands there (IN-11).

Whether a place is missing, old or out of date is derived from its newest check.
"""

import hashlib
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.validators import URLValidator
from django.db import models, transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from staff.models import User
from tickets.models import (
    Channel,
    PlaceKind,
    PublicationCheck,
    PublicationPlace,
    Store,
)
from tickets.services import attachments
from tickets.services.attachments import InspectedFile, Upload
from tickets.text import clean_message
from tickets.workflow import IllegalStep, NotAllowed

MONTH: Final = timedelta(days=31)
NOTE_MAX: Final = 500
NAME_MAX: Final = 80
# The two places that every company has once; the rest are stores and brochures.
ALONE: Final = (PlaceKind.WEBSITE_HOME, PlaceKind.WECHAT_MENU)


class State(models.TextChoices):
    """How a place stands, the worst first."""

    MISSING = "missing", gettext_lazy("Not seen yet")
    INCOMPLETE = "incomplete", gettext_lazy("Not complete")
    OUT_OF_DATE = "out_of_date", gettext_lazy("Out of date")
    OLD = "old", gettext_lazy("Check is old")
    CURRENT = "current", gettext_lazy("In order")


@dataclass(frozen=True)
class Standing:
    """A place with its newest check, and how it stands."""

    place: PublicationPlace
    newest: PublicationCheck | None
    state: State

    @property
    def is_due(self) -> bool:
        """Whether somebody is to look at it, or to put it in order."""
        return self.state != State.CURRENT


def fingerprint() -> str:
    """A short text that changes with whatever customers are told; three queries."""
    channels = [
        {
            "code": channel.code,
            "names": [channel.name_zh, channel.name_en],
            "takes": [channel.takes_inquiries, channel.takes_objections],
            "offline": channel.offline,
            "address": [channel.address_kind, channel.address],
        }
        for channel in Channel.objects.in_use().order_by("code")
    ]
    stores = [
        {
            "code": store.code,
            "names": [store.name_zh, store.name_en],
            "address": [store.address, store.phone],
            "holidays": store.follows_holidays,
            "hours": sorted((row.day, row.intervals) for row in store.hours.all()),
        }
        for store in Store.objects.in_use().order_by("code")
    ]
    text = json.dumps([channels, stores], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def standings(*, at: datetime) -> list[Standing]:
    """Every place in use, the worst first; five queries, whatever the number."""
    now_told = fingerprint()
    newest = {
        check.place_id: check
        for check in PublicationCheck.objects.select_related("by")
        .order_by("place_id", "-at", "-pk")
        .distinct("place_id")
    }
    places = PublicationPlace.objects.in_use().select_related("store", "channel")
    found = [
        Standing(place, check, _state(check, now_told=now_told, at=at))
        for place in places
        for check in [newest.get(place.pk)]
    ]
    order = list(State)
    return sorted(found, key=lambda it: (order.index(it.state), it.place.pk))


def standing_of(
    place: PublicationPlace, checks: Sequence[PublicationCheck], *, at: datetime
) -> Standing:
    """How one place stands; `checks` are its own, the newest first."""
    newest = checks[0] if checks else None
    return Standing(place, newest, _state(newest, now_told=fingerprint(), at=at))


def kinds_without_a_place() -> list[PlaceKind]:
    """What IN-11 asks for and nobody has listed."""
    listed = set(PublicationPlace.objects.in_use().values_list("kind", flat=True))
    return [kind for kind in PlaceKind if kind not in listed]


def _state(check: PublicationCheck | None, *, now_told: str, at: datetime) -> State:
    if check is None:
        return State.MISSING
    if not check.shows_all:
        return State.INCOMPLETE
    if check.fingerprint != now_told:
        return State.OUT_OF_DATE
    return State.OLD if at - check.at > MONTH else State.CURRENT


def list_place(
    *,
    kind: PlaceKind,
    name: str,
    by: User,
    at: datetime,
    channel: Channel | None = None,
) -> PublicationPlace:
    """Put a brochure on the list; the home page and the menu are on it from the start.

    Stores come with their store. Raises ValidationError (kind, name), NotAllowed.
    """
    _check_rights(by)
    errors = {}
    if kind == PlaceKind.STORE:
        errors["kind"] = ValidationError(_("A store is listed with its opening hours."))
    elif kind in ALONE and PublicationPlace.objects.in_use().filter(kind=kind).exists():
        errors["kind"] = ValidationError(_("This place is on the list already."))
    name = " ".join(name.split())
    if not name:
        errors["name"] = ValidationError(_("Please give it a name."))
    elif len(name) > NAME_MAX:
        errors["name"] = ValidationError(
            _("At most %(most)d characters.") % {"most": NAME_MAX}
        )
    if errors:
        raise ValidationError(errors)
    return PublicationPlace.objects.create(
        kind=kind, name=name, channel=channel, created_at=at, recheck_due_since=at
    )


def place_of_store(store: Store, *, at: datetime) -> PublicationPlace:
    """The place of a store, on the list for as long as the store receives customers."""
    place, created = PublicationPlace.objects.get_or_create(
        store=store,
        defaults={
            "kind": PlaceKind.STORE,
            "name": store.name_zh,
            "created_at": at,
            "recheck_due_since": at,
        },
    )
    if store.active == (place.retired_at is None) and not created:
        return place
    place.retired_at = None if store.active else at
    place.recheck_due_since = at if store.active else None
    place.save(update_fields=["retired_at", "recheck_due_since"])
    return place


def take_off(place: PublicationPlace, *, by: User, at: datetime) -> int:
    """A brochure that is out of print needs no check; the number taken off.

    Raises NotAllowed, IllegalStep for what IN-11 wants published always.
    """
    _check_rights(by)
    if place.kind != PlaceKind.BROCHURE:
        raise IllegalStep(
            _("Only a brochure can be taken off the list."),
            step="take_off",
            status=place.kind,
        )
    return (
        PublicationPlace.objects.in_use()
        .filter(pk=place.pk)
        .update(retired_at=at, recheck_due_since=None)
    )


@transaction.atomic
def record_check(
    place: PublicationPlace,
    *,
    shows_all: bool,
    by: User,
    at: datetime,
    link: str = "",
    files: Sequence[Upload] = (),
    note: str = "",
    client_token: uuid.UUID | None = None,
) -> PublicationCheck:
    """Keep what somebody saw at a place, with a photo or a link that proves it.

    The same client token again returns the check that is there. Raises ValidationError
    (files, link, note), NotAllowed.
    """
    _check_rights(by)
    place = PublicationPlace.objects.select_for_update().get(pk=place.pk)
    if client_token is not None and (
        earlier := PublicationCheck.objects.filter(client_token=client_token).first()
    ):
        return earlier
    if place.retired_at is not None:
        raise IllegalStep(
            _("This place is no longer on the list."), step="check", status="retired"
        )
    proof, link, note = _cleaned(files=files, link=link, note=note, whole=shows_all)
    check = PublicationCheck(
        place=place,
        at=at,
        by=by,
        shows_all=shows_all,
        note=note,
        fingerprint=fingerprint(),
        link=link,
        client_token=client_token,
    )
    if proof:
        check.name, check.content_type = proof.name, proof.content_type
        check.file.save(proof.name, ContentFile(proof.content), save=False)
    check.save()
    place.recheck_due_since = None if shows_all else place.recheck_due_since or at
    place.save(update_fields=["recheck_due_since"])
    return check


def mark_due(*, at: datetime) -> int:
    """Ask for a new look at each place that nobody has seen for a month; how many.

    Runs daily; running it again marks nothing twice.
    """
    lately = PublicationCheck.objects.filter(
        place=OuterRef("pk"), at__gte=at - MONTH, shows_all=True
    )
    return (
        PublicationPlace.objects.in_use()
        .filter(~Exists(lately), recheck_due_since=None)
        .update(recheck_due_since=at)
    )


def _cleaned(
    *, files: Sequence[Upload], link: str, note: str, whole: bool
) -> tuple[InspectedFile | None, str, str]:
    errors: dict[str, Any] = {}
    proofs: list[InspectedFile] = []
    try:
        proofs = attachments.inspect(files)
    except ValidationError as error:
        errors["files"] = error
    if len(proofs) > 1:
        errors["files"] = ValidationError(_("One photo is enough."))
    link = link.strip()
    if link:
        try:
            URLValidator(schemes=["https", "http"])(link)
        except ValidationError:
            errors["link"] = ValidationError(
                _("This is no web address. Write it whole, like https://example.com/.")
            )
    elif not files:
        errors["files"] = ValidationError(
            _("Please add a photo, or a link below, as proof."), code="proof_missing"
        )
    try:
        note = clean_message(note, required=not whole)
    except ValidationError as error:
        errors["note"] = error
    if len(note) > NOTE_MAX:
        errors["note"] = ValidationError(
            _("At most %(most)d characters.") % {"most": NOTE_MAX}
        )
    if errors:
        raise ValidationError(errors)
    return (proofs[0] if proofs else None), link, note


def _check_rights(by: User) -> None:
    if not by.supervises:
        raise NotAllowed("publication")
