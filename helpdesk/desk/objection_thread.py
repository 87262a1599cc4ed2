"""The conversation of an objection on every page that shows it, as one fragment."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from helpdesk.desk.lines import shown
from helpdesk.desk.thread_parts import Holder, holder_of
from helpdesk.fragments import fragment
from helpdesk.templatetags.display import clock_chip
from helpdesk.templatetags.objections import broadcast_chip
from objections.workflow import Step

if TYPE_CHECKING:
    from helpdesk.desk.objection import ObjectionWorkspace

# The steps that have a button in the head.
OF_HEAD: Final = frozenset(
    {
        Step.TAKE,
        Step.ASSIGN,
        Step.CORRECT,
        Step.HAND_OFF,
        Step.RETURN,
        Step.EXTEND,
        Step.WITHDRAW,
    }
)


@dataclass(frozen=True)
class ObjectionThread:
    """What there is of it; `missing`: how many facts, `airs`: a broadcast is ahead."""

    status: str
    status_label: str
    severity: str
    severity_label: str
    holder: Holder
    can: frozenset[str]
    may_reveal: bool
    missing: int
    silent: tuple[tuple[str, str], ...]
    airs: bool
    timed: bool
    ended: bool


def thread(workspace: "ObjectionWorkspace") -> SafeString:
    """Head, next step and messages."""
    objection, user, now = workspace.objection, workspace.user, workspace.now
    airs = None if objection.has_ended else objection.shows_at
    look = ObjectionThread(
        status=objection.status,
        status_label=str(objection.status_label),
        severity=objection.severity,
        severity_label=str(objection.get_severity_display()),
        holder=holder_of(objection, by=user),
        can=frozenset(map(str, workspace.steps & OF_HEAD)),
        may_reveal=workspace.may_reveal,
        missing=len(workspace.sheet.missing),
        silent=tuple(workspace.silent_keys.items()),
        airs=airs is not None,
        timed=workspace.clock is not None,
        ended=objection.has_ended,
    )
    return fragment(
        "desk/objection/_thread.html",
        look,
        number=objection.number,
        customer=objection.customer.masked,
        holder=objection.assignee.display_name if objection.assignee else "",
        broadcast=broadcast_chip(airs, now) if airs else "",
        chip=clock_chip(workspace.clock, now, hold=workspace.hold),
        next_step=render_to_string(
            "desk/objection/_next_step.html",
            {"workspace": workspace, "now": now, "user": user},
        ),
        stand=workspace.stand,
        messages=shown(workspace.lines, now=now),
    )
