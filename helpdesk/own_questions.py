"""Questions about one's own that Django puts into SQL once, and not on every page.

They answer with values of conditions that take a person, as `visible_to` does; for rows
there is `rows.questions`, whose slots take no instance of a model.
"""

from dataclasses import dataclass
from typing import Any, Final, Self

from django.db.models import QuerySet

from rows.prepared import carried_out
from staff.models import User

# Stands for whoever asks; no row has this key.
ANYBODY: Final = -(2**40)


@dataclass(frozen=True)
class OwnQuestion:
    """A statement with one row of answers."""

    sql: str
    params: tuple[Any, ...]

    @classmethod
    def about(cls, person: User, **asked: Any) -> Self:
        """Values of a person whose key is ANYBODY.

        What the statement says may hang on no one but that key: whoever keeps it keeps
        one for each of the other values that they ask of the person.
        """
        question: QuerySet[Any, Any] = User.objects.filter(pk=person.pk)
        return cls(*question.values(**asked).query.sql_with_params())

    def answers(self, user: User) -> tuple[Any, ...]:
        """The values for this person, in the order in which they are asked."""
        params = [user.pk if it == ANYBODY else it for it in self.params]
        (answers,) = carried_out(self.sql, params)
        return answers
