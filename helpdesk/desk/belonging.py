"""What belongs together with the open inquiry: merged, linked, or asked again."""

from dataclasses import dataclass
from typing import Final

from django.utils.functional import cached_property

from helpdesk.desk.around import Around
from inquiries import merged
from inquiries.models import Inquiry, Merge
from inquiries.repeats import repeats_of
from inquiries.workflow import WORKFLOW, Status, Step
from staff.models import User
from tickets.models import Ticket
from tickets.services import links

ASKS_WHY: Final = "reason"


@dataclass(frozen=True)
class Repeat:
    """Another inquiry of the same phone. `merges`: "", "at once", or "reason"."""

    inquiry: Inquiry
    merges: str


@dataclass(frozen=True)
class Belonging:
    """Each part is asked for once, when a fragment shows it and there may be any."""

    inquiry: Inquiry
    user: User
    around: Around

    @cached_property
    def merge(self) -> Merge | None:
        """The merge by which this one goes on where this person may see it."""
        return merged.merge_of(self.inquiry, by=self.user)

    @cached_property
    def absorbed(self) -> list[Merge]:
        if not self.around.merged:
            return []
        return merged.absorbed(self.inquiry, by=self.user)

    @property
    def may_undo(self) -> bool:
        """Whether this person's role undoes the merges of others into this one."""
        return self.user.role in WORKFLOW.rules[Step.UNMERGE].roles

    @cached_property
    def linked(self) -> list[Ticket]:
        if not self.around.linked:
            return []
        return links.linked_to(self.inquiry, by=self.user)

    @cached_property
    def repeats(self) -> list[Repeat]:
        """Suggestions, unless it goes on elsewhere: who asks there sees them there.

        A merge of two names of one phone asks for a reason first.
        """
        if self.inquiry.status == Status.MERGED or not self.around.repeated:
            return []
        known = [ticket.pk for ticket in self.linked]
        found = repeats_of(self.inquiry, by=self.user, but=known)
        return [Repeat(other, self._merges(other)) for other in found]

    def _merges(self, other: Inquiry) -> str:
        possible = (
            not self.absorbed
            and WORKFLOW.allows(self.inquiry, Step.MERGE, by=self.user)
            and WORKFLOW.allows(other, Step.ABSORB, by=self.user)
            and not self.inquiry.held_by_another(by=self.user)
        )
        if not possible:
            return ""
        same = other.customer_id == self.inquiry.customer_id
        return "at once" if same else ASKS_WHY
