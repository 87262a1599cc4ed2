"""Drafts of a policy: begin one, change what it will say, throw it away.

Only those who decide what is promised may; the database refuses to change what is
published.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from sla.models import (
    EscalationStep,
    PauseRule,
    Policy,
    PolicyVersion,
    ShadowEnd,
    Target,
)
from sla.services import fingerprints, soundness
from staff.models import User
from tickets.workflow import IllegalStep, NotAllowed

Fields = Mapping[str, Any]


@transaction.atomic
def draft(policy: Policy, *, by: User) -> PolicyVersion:
    """The policy's draft; a new one says what the newest version says.

    Raises NotAllowed.
    """
    check_rights(by)
    Policy.objects.select_for_update().get(pk=policy.pk)
    known = policy.versions.drafts().first()
    if known is not None:
        return known  # type: ignore[no-any-return]
    newest = policy.versions.order_by("-number").first()
    version = PolicyVersion.objects.create(
        policy=policy, number=newest.number + 1 if newest else 1, author=by
    )
    if newest is not None:
        copy(newest, version)
    return version


@transaction.atomic
def discard(version: PolicyVersion, *, by: User, at: datetime) -> None:
    """Throw a draft away; its rules in the shadow end with it.

    Raises NotAllowed, IllegalStep for a published version.
    """
    version = editable(version, by=by)
    version.shadows.end(at=at, by=by, why=ShadowEnd.DISCARDED)
    version.delete()


@transaction.atomic
def remark(version: PolicyVersion, *, by: User, note: str) -> None:
    """Say why there is a draft, where nobody has; what stands there stays, if it fits.

    Raises NotAllowed, IllegalStep.
    """
    version = editable(version, by=by)
    longest = version._meta.get_field("note").max_length or 0  # noqa: SLF001 - documented
    both = " · ".join(part for part in (version.note, note) if part)
    if note not in version.note and len(both) <= longest:
        version.note = both
        version.save(update_fields=["note"])


@transaction.atomic
def change_target(
    target: Target,
    *,
    by: User,
    ladder: Iterable[Fields] | None = None,
    seen: str | None = None,
    **fields: Any,
) -> Target:
    """Change a rule of a draft; `ladder` replaces its own, an empty one by the common.

    `seen` is the fingerprint of what this person looked at: what a colleague has
    changed since is not overwritten unseen.

    Raises ValidationError by field, NotAllowed, IllegalStep.
    """
    version = _for_change(target.version, by=by)
    known = version.targets.select_related("calendar").filter(pk=target.pk).first()
    if known is None:
        raise _no_draft()
    fingerprints.check(seen, fingerprints.of_rule(known))
    return _save_target(known, ladder, fields)


@transaction.atomic
def add_target(
    version: PolicyVersion,
    *,
    by: User,
    ladder: Iterable[Fields] | None = None,
    **fields: Any,
) -> Target:
    """Add a rule to a draft. Raises as `change_target` does."""
    version = _for_change(version, by=by)
    last = version.targets.order_by("-position").first()
    target = Target(version=version, position=last.position + 1 if last else 0)
    return _save_target(target, ladder, fields)


@transaction.atomic
def remove_target(target: Target, *, by: User) -> None:
    """Take a rule out of a draft. Raises NotAllowed, IllegalStep."""
    _for_change(target.version, by=by)
    target.delete()


@transaction.atomic
def change_ladder(
    version: PolicyVersion, *, by: User, ladder: Iterable[Fields]
) -> None:
    """Replace the common ladder of a draft. Raises as `change_target` does."""
    _save_ladder(_for_change(version, by=by), None, ladder)


@transaction.atomic
def save_pause_rule(rule: PauseRule, *, by: User, **fields: Any) -> PauseRule:
    """Add or change a reason for pausing. Raises as `change_target` does."""
    _for_change(rule.version, by=by)
    _set(rule, fields)
    soundness.check_row(rule, soundness.pause_problems(rule))
    rule.save()
    return rule


@transaction.atomic
def remove_pause_rule(rule: PauseRule, *, by: User) -> None:
    """Take a reason for pausing out of a draft. Raises NotAllowed, IllegalStep."""
    _for_change(rule.version, by=by)
    rule.delete()


def check_rights(by: User) -> None:
    """Raises NotAllowed for those who do not decide what is promised."""
    if not by.publishes:
        raise NotAllowed("publish")


def editable(version: PolicyVersion, *, by: User) -> PolicyVersion:
    """A draft, locked. Raises NotAllowed, IllegalStep for a published version."""
    check_rights(by)
    versions = PolicyVersion.objects.select_for_update(of=("self",))
    locked: PolicyVersion | None = versions.filter(pk=version.pk).first()
    if locked is None or not locked.is_draft:
        raise _no_draft()
    return locked


def _no_draft() -> IllegalStep:
    return IllegalStep(
        _("This version is no draft any more. Start a new one."),
        step="edit",
        status="published",
    )


def _for_change(version: PolicyVersion, *, by: User) -> PolicyVersion:
    """A draft, locked, that from now on says something else than a pack."""
    version = editable(version, by=by)
    if version.pack_digest:
        version.pack_digest = ""
        version.save(update_fields=["pack_digest"])
    return version


def _save_target(
    target: Target, ladder: Iterable[Fields] | None, fields: Fields
) -> Target:
    _set(target, fields)
    wrong = soundness.target_problems(target)
    same = target.version.targets.filter(code=target.code).exclude(pk=target.pk)
    if same.exists():
        wrong["code"] = _("There is a rule %(code)s already.") % {"code": target.code}
    soundness.check_row(target, wrong)
    target.save()
    if ladder is not None:
        _save_ladder(target.version, target, ladder)
    return target


def _save_ladder(
    version: PolicyVersion, target: Target | None, ladder: Iterable[Fields]
) -> None:
    rungs = [
        EscalationStep(version=version, target=target, position=position, **fields)
        for position, fields in enumerate(ladder)
    ]
    wrong = soundness.ladder_problems(rungs) if rungs or target is None else []
    if wrong:
        raise ValidationError({"ladder": wrong})
    version.ladder.filter(target=target).delete()
    for rung in rungs:
        soundness.check_row(rung, {})
        rung.save()


def _set(row: Target | PauseRule, fields: Fields) -> None:
    for name, value in fields.items():
        setattr(row, name, value)


def copy(newest: PolicyVersion, version: PolicyVersion) -> None:
    """Let an empty draft say what another version says."""
    copies: dict[int | None, Target | None] = {None: None}
    for target in newest.targets.all():
        old = target.pk
        copies[old] = target
        _as_new(target, version)
    for rung in newest.ladder.all():
        rung.target = copies[rung.target_id]
        _as_new(rung, version)
    for rule in newest.pause_rules.all():
        _as_new(rule, version)


def _as_new(row: Target | EscalationStep | PauseRule, version: PolicyVersion) -> None:
    row.pk = None
    row.version = version
    row._state.adding = True  # noqa: SLF001 - Django's documented way to copy a row
    row.save()
