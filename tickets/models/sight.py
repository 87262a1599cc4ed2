"""What somebody may see, by questions whose SQL is made once."""

from collections.abc import Callable
from typing import Generic, TypeVar

from rows.questions import Question, Slot
from staff.models import User
from tickets.models.ticket import Ticket, TicketQuerySet

T = TypeVar("T", bound=Ticket)


def somebody(*, role: str, department: int | None) -> User:
    """Whoever is of this role and department; `person` says who, when it is asked.

    `visible_to` reads no more of those who are active.
    """
    return User(pk=Slot("person"), role=role, department_id=department)


class ByNumber(Generic[T]):
    """The tickets of a QuerySet by their number, for those who may see them."""

    def __init__(self, make: Callable[[], TicketQuerySet[T]]) -> None:
        self._make = make
        self._any = Question(lambda: make().filter(number=Slot("number")))
        self._near = Question(
            lambda: (
                make()
                .near(department=Slot("department"), person=Slot("person"))
                .filter(number=Slot("number"))
            )
        )

    def get(self, number: str, *, to: User) -> T:
        """What `visible_to` has of this number. Raises the model's DoesNotExist."""
        if not to.is_active:
            raise self._make().model.DoesNotExist
        if to.sees_every_ticket:
            return self._any.get(number=number)
        return self._near.get(number=number, department=to.department_id, person=to.pk)
