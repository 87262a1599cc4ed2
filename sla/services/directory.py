"""Who hears of a promise: audiences, resolved to people at the moment of telling.

Nobody is told who has left, or who may not see the ticket. Where that leaves a post
empty, whoever stands above it is told, and at last the administrators.
"""

from typing import Final, NamedTuple

from sla.models import Audience
from staff.models import SEES_EVERY_TICKET, Department, Role, User
from tickets.models import Ticket

# Those who are at work on it.
_CLOSEST: Final = (Audience.ASSIGNEE, Audience.ASSIGNEE_AND_SUPERVISOR)
# From the one closest to the work upwards.
RANKS: Final = (Role.SUPERVISOR, Role.MANAGER, Role.GENERAL_MANAGER, Role.ADMINISTRATOR)


class Person(NamedTuple):
    """A colleague, as far as telling them needs."""

    pk: int
    role: str
    is_active: bool
    department_id: int | None
    supervisor_id: int | None
    email: str


class Owed(NamedTuple):
    """By which department something is owed, and who sees to it there, if anybody."""

    department_id: int
    person_id: int | None


class Directory:
    """Who holds which post at this moment, read once per batch."""

    def __init__(self) -> None:
        rows = User.objects.order_by("work_number").values_list(*Person._fields)
        self.people: Final = {row[0]: Person(*row) for row in rows}
        departments = list(Department.objects.values_list("pk", "code", "head_id"))
        self.heads: Final = {pk: head for pk, _code, head in departments}
        self.departments: Final = {code: pk for pk, code, _head in departments}

    def audience(
        self, audience: Audience, ticket: Ticket, *, owed: Owed | None = None
    ) -> tuple[int, ...]:
        """The people behind an audience for this ticket, the first in charge first.

        What a department owes is first its own matter: that of who sees to it, else of
        its head.
        """
        if owed and audience == Audience.DEPARTMENT_HEAD:
            return self._head_of(owed, ticket) or self._head_or_above(ticket)
        found = {
            Audience.ASSIGNEE: self._assignee_or_above,
            Audience.SUPERVISOR: self._supervisors,
            Audience.ASSIGNEE_AND_SUPERVISOR: self._assignee_and_supervisors,
            Audience.DEPARTMENT_HEAD: self._head_or_above,
            Audience.MANAGER: self._managers,
            Audience.MANAGER_AND_DEPARTMENT_HEAD: self._managers_and_head,
            Audience.GENERAL_MANAGER: self._general_managers,
        }[audience](ticket)
        first: tuple[int, ...] = ()
        if owed and audience in _CLOSEST:
            first = self._debtor(owed, ticket)
        elif owed and audience == Audience.MANAGER_AND_DEPARTMENT_HEAD:
            first = self._head_of(owed, ticket)
        return tuple(dict.fromkeys(first + found))

    def assignee(self, ticket: Ticket, *, owed: Owed | None = None) -> tuple[int, ...]:
        """Whoever looks after this ticket, after who owes the promise; nobody may."""
        first = self._debtor(owed, ticket) if owed else ()
        return tuple(dict.fromkeys((*first, *self._assignee(ticket))))

    def _debtor(self, owed: Owed, ticket: Ticket) -> tuple[int, ...]:
        own = self._present(owed.person_id, ticket)
        return own or self._head_of(owed, ticket)

    def _head_of(self, owed: Owed, ticket: Ticket) -> tuple[int, ...]:
        return self._present(self.heads.get(owed.department_id), ticket)

    def _assignee(self, ticket: Ticket) -> tuple[int, ...]:
        return self._present(ticket.assignee_id, ticket)

    def _assignee_or_above(self, ticket: Ticket) -> tuple[int, ...]:
        return self.assignee(ticket) or self._supervisors(ticket)

    def _assignee_and_supervisors(self, ticket: Ticket) -> tuple[int, ...]:
        return self.assignee(ticket) + self._supervisors(ticket)

    def _supervisors(self, ticket: Ticket) -> tuple[int, ...]:
        """The assignee's own supervisor, else every supervisor."""
        assignee = self.people.get(ticket.assignee_id or 0)
        own = self._present(assignee.supervisor_id if assignee else None, ticket)
        return own or self._holders(Role.SUPERVISOR)

    def _head_or_above(self, ticket: Ticket) -> tuple[int, ...]:
        return self._head(ticket) or self._managers(ticket)

    def _managers(self, _ticket: Ticket) -> tuple[int, ...]:
        return self._holders(Role.MANAGER)

    def _managers_and_head(self, ticket: Ticket) -> tuple[int, ...]:
        return self._managers(ticket) + self._head(ticket)

    def _general_managers(self, _ticket: Ticket) -> tuple[int, ...]:
        return self._holders(Role.GENERAL_MANAGER)

    def _head(self, ticket: Ticket) -> tuple[int, ...]:
        """The head of the ticket's department, else of the assignee's."""
        assignee = self.people.get(ticket.assignee_id or 0)
        department_id = ticket.department_id or (assignee and assignee.department_id)
        return self._present(self.heads.get(department_id or 0), ticket)

    def _holders(self, role: Role) -> tuple[int, ...]:
        """Everybody with this role, or with the next one up that somebody has."""
        for rank in RANKS[RANKS.index(role) :]:
            found = [
                p.pk for p in self.people.values() if p.is_active and p.role == rank
            ]
            if found:
                return tuple(found)
        return ()

    def _present(self, person_id: int | None, ticket: Ticket) -> tuple[int, ...]:
        person = self.people.get(person_id or 0)
        if person is None or not person.is_active:
            return ()
        return (person.pk,) if _may_see(person, ticket) else ()


def _may_see(person: Person, ticket: Ticket) -> bool:
    """The twin of `Ticket.objects.visible_to` for one who is active."""
    return (
        person.role in SEES_EVERY_TICKET
        or person.pk == ticket.assignee_id
        or (
            person.department_id is not None
            and person.department_id in (ticket.department_id, *ticket.involved)
        )
    )
