"""What must be true before a topic counts as answered, beyond an answer itself.

One row per topic with a rule of its own: a function that looks at the inquiry and
returns why not, or None.
"""

from collections.abc import Callable, Mapping
from typing import Final

from inquiries.models import Inquiry, Topic

Guard = Callable[[Inquiry], str | None]

GUARDS: Final[Mapping[Topic, Guard]] = {}


def refusal_for(inquiry: Inquiry, topic: str) -> str | None:
    """Why this topic cannot be marked answered yet; None when it can."""
    guard = GUARDS.get(Topic(topic))
    return guard(inquiry) if guard else None
