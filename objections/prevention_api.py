"""Preventive actions for other systems: the verbs that the pages call."""

from collections.abc import Callable
from typing import Any, ClassVar, Final

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.viewsets import ViewSet

from inquiries.api import IDEMPOTENCY, parsed, person
from objections.models import PreventiveAction
from objections.prevention_documents import (
    ActionAssigned,
    ActionCancelled,
    ActionDescribed,
    ActionDone,
    ActionJudged,
    NewAction,
    PreventiveActionState,
)
from objections.prevention_workflow import ActionStatus
from objections.services import opening, prevention
from tickets.paging import KeysetPagination

NUMBER: Final = OpenApiParameter(
    "number",
    str,
    OpenApiParameter.PATH,
    description=_("The number of the preventive action."),
)
RELATED: Final = ("subtype", "department", "owner", "rule", "follows")


class ActionFilter(filters.FilterSet):  # type: ignore[misc]
    """What the list can be narrowed to."""

    status = filters.ChoiceFilter(
        choices=ActionStatus.choices, help_text=_("Where it stands.")
    )
    standing = filters.BooleanFilter(
        method="narrow_to_standing", help_text=_("Whether it is not yet over.")
    )

    class Meta:
        model = PreventiveAction
        fields: ClassVar[tuple[str, ...]] = ()

    def narrow_to_standing(
        self,
        queryset: "QuerySet[PreventiveAction]",
        name: str,
        value: bool,  # noqa: FBT001 - the library's shape
    ) -> "QuerySet[PreventiveAction]":
        return queryset.filter(ended_at__isnull=value)


@extend_schema_view(
    get=extend_schema(
        operation_id="list_preventive_actions",
        summary=_("List preventive actions"),
        description=_("Those that the token's person may see (OB-10)."),
    )
)
class ActionList(ListAPIView[PreventiveAction]):
    serializer_class = PreventiveActionState
    pagination_class = KeysetPagination
    filter_backends = (filters.DjangoFilterBackend,)
    filterset_class = ActionFilter
    orderings: ClassVar[tuple[str, ...]] = ("due_at", "opened_at", "ended_at")

    def get_queryset(self) -> Any:
        visible = PreventiveAction.objects.visible_to(self.request.user)
        return visible.select_related(*RELATED)

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "at": timezone.now()}

    @extend_schema(
        operation_id="open_preventive_action",
        summary=_("Open a preventive action"),
        description=_("By hand; one about the same stands at a time (OB-10, CC-15)."),
        request=NewAction,
        responses={201: PreventiveActionState},
        parameters=[IDEMPOTENCY],
        filters=False,
    )
    def post(self, request: Request) -> Response:
        action = opening.open_action(
            **parsed(NewAction, request), by=person(request), at=timezone.now()
        )
        return shown(action, status=201)


class Actions(ViewSet):
    """One address per verb."""

    @extend_schema(
        "read_preventive_action",
        summary=_("Read a preventive action"),
        description=_("With the counts of its effect, once they are there."),
        parameters=[NUMBER],
        responses=PreventiveActionState,
    )
    def retrieve(self, request: Request, number: str) -> Response:
        return shown(found(request, number))

    @extend_schema(
        "assign_preventive_action",
        summary=_("Assign a preventive action"),
        description=_("Say whose it is."),
        request=ActionAssigned,
        responses=PreventiveActionState,
        parameters=[NUMBER],
    )
    def assign(self, request: Request, number: str) -> Response:
        return self._take(request, number, prevention.assign, ActionAssigned)

    @extend_schema(
        "describe_preventive_action",
        summary=_("Describe the measure"),
        description=_("Until it is done it can be said otherwise."),
        request=ActionDescribed,
        responses=PreventiveActionState,
        parameters=[NUMBER],
    )
    def describe(self, request: Request, number: str) -> Response:
        return self._take(request, number, prevention.describe, ActionDescribed)

    @extend_schema(
        "finish_preventive_action",
        summary=_("Record as done"),
        description=_("Its effect is counted after some time."),
        request=ActionDone,
        responses=PreventiveActionState,
        parameters=[NUMBER],
    )
    def finish(self, request: Request, number: str) -> Response:
        return self._take(request, number, prevention.finish, ActionDone)

    @extend_schema(
        "judge_preventive_action",
        summary=_("Judge the effect"),
        description=_(
            "Once before and after are counted, by somebody else than who did it; one"
            " that was not effective has a successor."
        ),
        request=ActionJudged,
        responses=PreventiveActionState,
        parameters=[NUMBER],
    )
    def judge(self, request: Request, number: str) -> Response:
        return self._take(request, number, prevention.judge, ActionJudged)

    @extend_schema(
        "cancel_preventive_action",
        summary=_("Cancel a preventive action"),
        description=_("For a reason; what was there then opens no other."),
        request=ActionCancelled,
        responses=PreventiveActionState,
        parameters=[NUMBER],
    )
    def cancel(self, request: Request, number: str) -> Response:
        return self._take(request, number, prevention.cancel, ActionCancelled)

    def _take(
        self,
        request: Request,
        number: str,
        verb: Callable[..., PreventiveAction],
        form: type[Serializer[Any]],
    ) -> Response:
        action = found(request, number)
        given = parsed(form, request)
        return shown(verb(action, **given, by=person(request), at=timezone.now()))


def found(request: Request, number: str) -> PreventiveAction:
    """The action, if this person may see it; else a 404."""
    visible = PreventiveAction.objects.visible_to(request.user)
    return get_object_or_404(visible, number=number)


def shown(action: PreventiveAction, *, status: int = 200) -> Response:
    """The action as it stands now."""
    fresh = PreventiveAction.objects.select_related(*RELATED).get(pk=action.pk)
    document = PreventiveActionState(fresh, context={"at": timezone.now()})
    return Response(document.data, status=status)
