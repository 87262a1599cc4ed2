"""Whether one is on duty, for systems in which colleagues say so."""

from typing import Any, cast

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import (
    OpenApiExample,
    extend_schema,
    extend_schema_serializer,
)
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from helpdesk.live.events import tell_presence
from staff.models import Presence, User
from staff.services import presence


@extend_schema_serializer(
    examples=[OpenApiExample("on duty", {"state": "on_duty"}, request_only=True)]
)
class PresenceToSay(serializers.Serializer[Any]):
    """What one says of oneself."""

    state = serializers.ChoiceField(
        choices=Presence.choices,
        help_text=_("Who is off duty or away is counted as serving nobody."),
    )


class PresenceRead(serializers.Serializer[Any]):
    """How one stands."""

    state = serializers.ChoiceField(
        choices=Presence.choices, help_text=_("How the token's person stands now.")
    )
    since = serializers.DateTimeField(
        allow_null=True, help_text=_("Since when; null: it was never said.")
    )
    capacity = serializers.IntegerField(
        help_text=_("How many waiting customers this person can serve at once.")
    )


class OwnPresence(APIView):
    """How the token's person stands."""

    @extend_schema(
        "read_presence",
        summary=_("Read whether one is on duty"),
        description=_("How the token's person stands at this moment."),
        responses=PresenceRead,
    )
    def get(self, request: Request) -> Response:
        return _answer(cast("User", request.user))

    @extend_schema(
        "say_presence",
        summary=_("Say whether one is on duty"),
        description=_(
            "It counts from now on. Without an open page, say it again at least every"
            " five minutes; else one counts as off duty."
        ),
        request=PresenceToSay,
        responses=PresenceRead,
    )
    def post(self, request: Request) -> Response:
        given = PresenceToSay(data=request.data)
        given.is_valid(raise_exception=True)
        user = cast("User", request.user)
        state = Presence(given.validated_data["state"])
        if presence.say(user, state, at=timezone.now()):
            tell_presence(user.pk)
        user.refresh_from_db()
        return _answer(user)


def _answer(user: User) -> Response:
    state = user.presence_as_of(timezone.now())
    since = user.presence_since if state == user.presence else None
    said = {"state": state, "since": since, "capacity": user.capacity}
    return Response(PresenceRead(said).data)
