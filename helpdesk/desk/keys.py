"""Why a key of the desk does nothing now, in the words of the verb behind it."""

from typing import Final

from helpdesk.desk.askings import ASKINGS
from helpdesk.errors import refusal_of
from inquiries.models import Inquiry
from inquiries.services.handling import refuse_poaching
from inquiries.workflow import WORKFLOW, Step
from staff.models import User
from tickets.workflow import IllegalStep, NotAllowed

KEYS: Final = {
    "r": Step.REPLY,
    "n": Step.NOTE,
    "a": Step.ASSIGN,
    "c": Step.CHECK,
    "t": Step.ADD_TOPIC,
    "d": Step.RECOMMEND,
    "q": Step.QUOTE,
    **{asking.key: asking.step for asking in ASKINGS.values()},
}


def silent_keys(inquiry: Inquiry, *, by: User) -> dict[str, str]:
    """The keys whose step is not possible now, each with what stands against it."""
    found = {}
    for key, step in KEYS.items():
        try:
            WORKFLOW.check(inquiry, step, by=by)
            if step is Step.ASSIGN:
                refuse_poaching(inquiry, step, by=by)
        except (IllegalStep, NotAllowed) as error:
            found[key] = refusal_of(error).summary
    return found
