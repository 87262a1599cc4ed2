"""Sessions in the database, whose keys look like keys, and the people behind them."""

from typing import Final

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from rows.questions import Question, Slot
from staff.models import User

_SESSION: Final = Question(
    lambda: Session.objects.filter(
        session_key=Slot("session_key"), expire_date__gt=Slot("at")
    )
)
_PERSON: Final[Question[User]] = Question(lambda: User.objects.filter(pk=Slot("pk")))


class SessionStore(db.SessionStore):
    """A cookie that cannot be one of ours is no cookie; the database is not asked."""

    def _validate_session_key(self, key: str | None) -> bool:
        return bool(key and key.isascii() and key.isalnum())

    def _get_session_from_db(self) -> Session | None:
        found = _SESSION.first(session_key=self.session_key, at=timezone.now())
        if found is None:
            self._session_key = None
        return found


class Backend(AuthenticationBackend):  # type: ignore[misc]
    """Who signed in, asked anew at each request: a colleague who is out is out."""

    def get_user(self, user_id: int) -> User | None:
        person = _PERSON.first(pk=user_id)
        if person is None or not self.user_can_authenticate(person):
            return None
        return person
