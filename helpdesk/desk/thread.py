"""The conversation of an inquiry as it stands on every page, drawn by one fragment."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from helpdesk.desk.lines import just_said, shown
from helpdesk.desk.thread_parts import Head, NextStep, topic_line
from helpdesk.fragments import fragment, joined
from helpdesk.templatetags.display import clock_chip

if TYPE_CHECKING:
    from helpdesk.desk.workspace import Workspace

QUESTION_LENGTH: Final = 120


@dataclass(frozen=True)
class Thread:
    """What there is of a conversation; `grows`: only what was just said is in it."""

    head: Head
    step: NextStep | None
    silent: tuple[tuple[str, str], ...]
    ended: bool
    timed: bool
    grows: bool


def thread(workspace: "Workspace", *, csrf_token: str) -> SafeString:
    """Head, next step, topics and messages."""
    inquiry, tokens = workspace.inquiry, workspace.tokens
    look = Thread(
        head=workspace.head,
        step=workspace.step,
        silent=workspace.why_not,
        ended=inquiry.has_ended,
        timed=workspace.clock is not None,
        grows=workspace.said is not None,
    )
    return fragment(
        "desk/_thread.html",
        look,
        number=inquiry.number,
        customer=inquiry.customer.masked,
        holder=workspace.holder,
        chip=clock_chip(workspace.clock, workspace.now, hold=workspace.hold),
        token=workspace.step_token,
        other_step=SafeString() if look.step else _other_step(workspace),
        topics=_topics(workspace, csrf_token=csrf_token),
        check_token=tokens["check"],
        tried_token=tokens["try_callback"],
        done_token=tokens["finish_callback"],
        close_token=tokens["close"],
        seen=inquiry.event_count,
        messages=_messages(workspace),
    )


def _other_step(workspace: "Workspace") -> SafeString:
    """A callback that is open, or how the conversation ended."""
    said = {"workspace": workspace, "now": workspace.now}
    return render_to_string("desk/_other_step.html", said)


def _topics(workspace: "Workspace", *, csrf_token: str) -> SafeString:
    inquiry = workspace.inquiry
    return joined(
        fragment(
            "desk/_topic.html",
            topic_line(topic, workspace.steps),
            number=inquiry.number,
            pk=topic.pk,
            question=Truncator(topic.question).chars(QUESTION_LENGTH),
            csrf_token=csrf_token,
        )
        for topic in inquiry.topics.all()
    )


def _messages(workspace: "Workspace") -> SafeString:
    """The lines that a window of the conversation lacks."""
    said = workspace.said
    lines = workspace.lines if said is None else [just_said(said, by=workspace.user)]
    return shown(lines, now=workspace.now)
