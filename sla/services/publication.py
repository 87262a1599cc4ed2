"""Publish a draft: from then on nobody changes it, and new cases get what it says."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from sla.models import PolicyVersion, ShadowEnd, Version
from sla.services import fingerprints, soundness
from sla.services.versions import editable
from staff.models import User


@transaction.atomic
def publish(
    version: PolicyVersion,
    *,
    by: User,
    at: datetime,
    effective_from: datetime | None = None,
    note: str = "",
    seen: str | None = None,
) -> PolicyVersion:
    """Publish a draft, in force from `effective_from` on, or at once.

    Cases that run already keep what they were promised. Of two who publish the same
    draft at once one does, the other is told. No version begins before one that is
    published already: the earlier one would come back and undo it.

    Its rules in the shadow end. `seen` is the fingerprint of what this person has
    checked.

    Raises ValidationError naming each place and reason, NotAllowed, IllegalStep.
    """
    version = editable(version, by=by)
    fingerprints.check(seen, fingerprints.of_version(version))
    begins = effective_from or at
    if begins < at:
        raise ValidationError(
            {"effective_from": _("A version takes effect now or later.")}
        )
    later = version.policy.versions.effective_after(begins).first()
    if later is not None:
        raise ValidationError({"effective_from": begins_too_early(later)})
    if found := soundness.problems(version, at=begins):
        raise soundness.as_error(found)
    version.published_at = at
    version.effective_from = begins
    version.author = by
    version.note = note or version.note
    version.save()
    version.shadows.end(at=at, by=by, why=ShadowEnd.PUBLISHED)
    return version


def begins_too_early(later: Version) -> str:
    """Why nothing is published to begin before a version that is to come."""
    begins = localtime(later.effective_from)
    return _(
        "Version %(number)s begins at %(when)s and would undo this one. Begin then or"
        " later."
    ) % {"number": later.number, "when": f"{begins:%Y-%m-%d %H:%M:%S}"}
