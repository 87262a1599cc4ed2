"""When something is due, for systems that promise by the same calendars."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from sla import durations
from sla.business_time import BeyondHorizon
from sla.promise import BUSINESS, CALENDAR_DAYS, WORKING_DAYS, Length
from sla.services import rules
from sla.services.rules import BookOfCalendars
from sla.services.soundness import LONGEST, MOST_DAYS

LENGTHS: Final = ("budget", "working_days", "calendar_days")


@extend_schema_field({"type": "string", "format": "date-time"})
class Instant(serializers.Field[Any, Any, Any, Any]):
    """An instant with its offset; without one it could mean several."""

    def to_internal_value(self, data: str) -> datetime:
        if " " in data:
            raise serializers.ValidationError(
                _("Write + as %2B in an address: 2026-11-24T14:00:00%2B08:00.")
            )
        try:
            moment = parse_datetime(data)
        except ValueError:
            moment = None
        if moment is None:
            raise serializers.ValidationError(
                _("Write an instant as ISO 8601: 2026-11-24T14:00:00+08:00.")
            )
        if moment.utcoffset() is None:
            raise serializers.ValidationError(
                _("Say which offset the time has, such as +08:00.")
            )
        try:
            return moment.astimezone(UTC)
        except OverflowError as error:
            raise serializers.ValidationError(
                _("No calendar reaches that far.")
            ) from error


@extend_schema_field({"type": "string", "format": "duration"})
class Budget(serializers.Field[Any, Any, Any, Any]):
    """A length of open time."""

    def to_internal_value(self, data: str) -> timedelta:
        try:
            length = durations.read(data)
        except durations.BadDuration as error:
            raise serializers.ValidationError(
                _("Write a length of time as ISO 8601: PT5M, PT1H30M, PT24H.")
            ) from error
        if length < timedelta(0):
            raise serializers.ValidationError(_("Time does not run backwards."))
        if length > LONGEST:
            raise serializers.ValidationError(_("More than 400 days is no promise."))
        return length


class Question(serializers.Serializer[Any]):
    """What is asked."""

    calendar = serializers.SlugField(
        max_length=40,
        help_text=gettext_lazy("The code of a calendar, such as objection_service."),
    )
    start = Instant(
        help_text=gettext_lazy("From when it counts: ISO 8601 with an offset.")
    )
    budget = Budget(
        required=False,
        help_text=gettext_lazy("So much open time, as ISO 8601: PT5M."),
    )
    working_days = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=MOST_DAYS,
        help_text=gettext_lazy(
            "So many working days; the day of the start does not count."
        ),
    )
    calendar_days = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=MOST_DAYS,
        help_text=gettext_lazy(
            "So many days of any kind; the day of the start does not count."
        ),
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Exactly one length, on a calendar that there is and that reaches so far."""
        given = [name for name in LENGTHS if name in attrs]
        if not given:
            raise serializers.ValidationError(
                {"budget": _("Give budget, working_days or calendar_days.")}
            )
        if len(given) > 1:
            text = _("Give only one of budget, working_days and calendar_days.")
            raise serializers.ValidationError(dict.fromkeys(given, text))
        return attrs


class Due(serializers.Serializer[Any]):
    """The answer."""

    due_at = serializers.DateTimeField(
        help_text=gettext_lazy("When it is due; this instant is still in time.")
    )
    flagged = serializers.BooleanField(
        help_text=gettext_lazy(
            "Reckoned with a year whose holidays are not loaded: by weekday."
        )
    )


class DueTime(APIView):
    """Reckons by the calendars in force."""

    @extend_schema(
        "due_time",
        summary=gettext_lazy("Reckon a due time"),
        description=gettext_lazy(
            "When something is due that begins at `start` and may take so much open"
            " time, or so many days, of a calendar. It is reckoned by the version of"
            " the calendar that holds then, for a start in the past by today's."
        ),
        parameters=[Question],
        responses=Due,
    )
    def get(self, request: Request) -> Response:
        question = Question(data=request.query_params)
        question.is_valid(raise_exception=True)
        return Response(Due(reckoned(**question.validated_data)).data)


def reckoned(*, calendar: str, start: datetime, **given: Any) -> dict[str, Any]:
    """The due time. Raises ValidationError by field."""
    calendars = rules.rulebook(at=max(start, timezone.now())).calendars
    if calendar not in calendars:
        known = ", ".join(sorted(calendars))
        raise serializers.ValidationError(
            {
                "calendar": _("There is no such calendar. Known: %(known)s.")
                % {"known": known}
            }
        )
    try:
        return _reckoned(length_of(calendar, **given), start, calendars)
    except BeyondHorizon as error:
        text = _("The calendar does not reach that far.")
        raise serializers.ValidationError({"start": text}) from error


def length_of(
    calendar: str,
    *,
    budget: timedelta = timedelta(0),
    working_days: int = 0,
    calendar_days: int = 0,
) -> Length:
    """The one length that was given, as the engine takes it."""
    if working_days:
        return Length(WORKING_DAYS, days=working_days, calendar=calendar)
    if calendar_days:
        return Length(CALENDAR_DAYS, days=calendar_days, calendar=calendar)
    return Length(BUSINESS, amount=budget, calendar=calendar)


def _reckoned(
    length: Length, start: datetime, calendars: BookOfCalendars
) -> dict[str, Any]:
    due_at = length.after(start, calendars)
    return {"due_at": due_at, "flagged": length.is_guess(start, due_at, calendars)}
