"""What stands beside the conversation of an inquiry, drawn by fragments.

What few inquiries have is drawn anew each time: kin, requests, offers.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from helpdesk.desk.thread_parts import AskingButton
from helpdesk.fragments import fragment
from helpdesk.templatetags.display import clock_time, time_tag
from inquiries.workflow import Status

if TYPE_CHECKING:
    from helpdesk.desk.workspace import Workspace


@dataclass(frozen=True)
class Facts:
    """What an inquiry has, but for its own words; topics with whether each is over."""

    mailed: bool
    mailed_here: bool
    may_note_email: bool
    consented: bool
    topics: tuple[tuple[str, bool], ...]
    channel: str
    channel_icon: str
    held: bool
    department: str
    askings: tuple[AskingButton, ...]
    asked: bool
    alone: bool


def context(workspace: "Workspace") -> SafeString:
    """Customer, what belongs together, requests, offers, clocks, history."""
    inquiry, now = workspace.inquiry, workspace.now
    customer, holder = inquiry.customer, inquiry.assignee
    kin, repeats, asked = _kin(workspace), _repeats(workspace), _asked(workspace)
    facts = Facts(
        mailed=bool(customer.email_masked),
        mailed_here=inquiry.can_be_mailed,
        may_note_email=workspace.can["note_email"],
        consented=customer.consented_at is not None,
        topics=tuple(
            (str(topic.get_topic_display()), topic.answered_at is not None)
            for topic in inquiry.topics.all()
        ),
        channel=inquiry.channel.name,
        channel_icon=inquiry.channel.icon,
        held=holder is not None,
        department=inquiry.department.name if inquiry.department else "",
        askings=workspace.head.askings,
        asked=bool(asked),
        alone=not (kin or repeats) and inquiry.status != Status.MERGED,
    )
    return fragment(
        "desk/_context.html",
        facts,
        number=inquiry.number,
        customer=customer.masked,
        email=customer.email_masked,
        consented=clock_time(customer.consented_at, now),
        holder=holder.display_name if holder else "",
        work_number=holder.work_number if holder else "",
        asked_at=time_tag(inquiry.created_at, now),
        kin=kin,
        repeats=repeats,
        asked=asked,
        offers=_offers(workspace),
        clocks=workspace.clock_cards,
        notes=_drawn("_notes", workspace) if workspace.notes else SafeString(),
        history=workspace.history,
    )


def _kin(workspace: "Workspace") -> SafeString:
    belonging = workspace.belonging
    if belonging.merge or belonging.absorbed or belonging.linked:
        return _drawn("_kin", workspace)
    return SafeString()


def _repeats(workspace: "Workspace") -> SafeString:
    return (
        _drawn("_repeats", workspace) if workspace.belonging.repeats else SafeString()
    )


def _asked(workspace: "Workspace") -> SafeString:
    return _drawn("_asked", workspace) if workspace.asked.anything else SafeString()


def _offers(workspace: "Workspace") -> SafeString:
    if workspace.choices or workspace.quotations:
        return _drawn("_sent", workspace)
    return SafeString()


def _drawn(name: str, workspace: "Workspace") -> SafeString:
    said = {"workspace": workspace, "now": workspace.now}
    return render_to_string(f"desk/{name}.html", said)
