"""What the API reads and writes of preventive actions: shapes; the rules are verbs."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from inquiries.documents import Colleague, Once, Words
from objections.models import PreventiveAction
from objections.prevention_workflow import ActionStatus


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "preventive_action",
            {
                "subtype": "quality/function_fault",
                "device_model": "Sony FX3",
                "reason": _("Three in 30 days."),
            },
            request_only=True,
        )
    ]
)
class NewAction(Once):
    subtype = Words(
        help_text=_("Type and code of a subtype: `quality/function_fault`.")
    )
    device_model = Words(
        required=False,
        default="",
        help_text=_("Empty: it is about the subtype as a whole."),
    )
    reason = Words(help_text=_("Why, with the counts that it rests on."))
    department = Words(
        required=False,
        default="",
        help_text=_("Its code; empty: the one that leads in these objections."),
    )
    owner = Colleague(
        required=False,
        allow_null=True,
        default=None,
        help_text=_("A user name; none: the head of the department."),
    )
    numbers = serializers.ListField(
        child=Words(help_text=_("The number of an objection.")),
        required=False,
        default=list,
        max_length=50,
        help_text=_("The objections that it rests on; none: those of 30 days."),
    )


class ActionAssigned(serializers.Serializer[Any]):
    to = Colleague(help_text=_("The user name of the owner."))


class ActionDescribed(serializers.Serializer[Any]):
    measure = Words(help_text=_("What will be done."))


class ActionDone(serializers.Serializer[Any]):
    text = Words(help_text=_("What was done."))


class ActionJudged(serializers.Serializer[Any]):
    effective = serializers.BooleanField(help_text=_("Whether it was effective."))
    text = Words(help_text=_("On what this rests."))


class ActionCancelled(serializers.Serializer[Any]):
    reason = Words(help_text=_("Why it is not done."))


class PreventiveActionState(serializers.ModelSerializer[PreventiveAction]):
    """A preventive action with the counts of its effect."""

    status = serializers.ChoiceField(choices=ActionStatus.choices, read_only=True)
    subtype = serializers.SerializerMethodField(help_text=_("Type and code."))
    department = serializers.SerializerMethodField(
        help_text=_("The code of the department; null: none.")
    )
    owner = serializers.SerializerMethodField(
        help_text=_("Whose it is: a user name; null: nobody yet.")
    )
    rule = serializers.SerializerMethodField(
        help_text=_("The code of the rule that opened it; null: a person did.")
    )
    follows = serializers.SerializerMethodField(
        help_text=_("The number of the action that had no effect; null: none.")
    )
    overdue = serializers.SerializerMethodField(
        help_text=_("Whether it should be done, or judged, by now.")
    )

    class Meta:
        model = PreventiveAction
        fields: ClassVar[tuple[str, ...]] = (
            *("number", "status", "subtype", "device_model", "department", "owner"),
            *("reason", "rule", "follows", "opened_at", "due_at", "overdue"),
            *("measure", "done_at", "done_text", "check_due_at", "counted_at"),
            *("count_before", "count_after", "ended_at", "ended_text"),
        )
        read_only_fields = fields
        extra_kwargs: ClassVar[dict[str, Any]] = {
            "device_model": {"help_text": _("Empty: the subtype as a whole.")},
            "reason": {"help_text": _("Why, with the counts that it rests on.")},
            "opened_at": {"help_text": _("When it was opened.")},
            "due_at": {"help_text": _("By when the measure must be done.")},
            "measure": {"help_text": _("What will be done.")},
            "done_at": {"help_text": _("When it was done.")},
            "done_text": {"help_text": _("What was done.")},
            "check_due_at": {"help_text": _("When before and after are counted.")},
            "counted_at": {"help_text": _("When they were counted.")},
            "count_before": {"help_text": _("Objections in the span before.")},
            "count_after": {"help_text": _("Objections in the span after.")},
            "ended_at": {"help_text": _("When it was judged or cancelled.")},
            "ended_text": {"help_text": _("On what the judgement rests, or why not.")},
        }

    def get_subtype(self, action: PreventiveAction) -> str:
        return f"{action.subtype.type}/{action.subtype.code}"

    def get_department(self, action: PreventiveAction) -> str | None:
        return action.department.code if action.department else None

    def get_owner(self, action: PreventiveAction) -> str | None:
        return action.owner.username if action.owner else None

    def get_rule(self, action: PreventiveAction) -> str | None:
        return action.rule.code if action.rule else None

    def get_follows(self, action: PreventiveAction) -> str | None:
        return action.follows.number if action.follows else None

    def get_overdue(self, action: PreventiveAction) -> bool:
        return action.is_overdue(at=self.context["at"])
