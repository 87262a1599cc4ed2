"""Policy versions in the back-office: published ones are read, never changed."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from sla.models import EscalationStep, PolicyVersion, Target
from staff.admin import ReadOnly


class TargetsOfVersion(TabularInline):
    model = Target
    extra = 0
    can_delete = False
    fields = (
        "name_zh",
        "name_en",
        "metric",
        "clauses",
        "origin",
        "budget",
        "warn_at_fraction",
        "compare",
        "auto_counts",
        "enabled",
    )


class LadderOfVersion(TabularInline):
    model = EscalationStep
    extra = 0
    can_delete = False
    fields = ("position", "after", "audience")


@admin.register(PolicyVersion)
class PolicyVersionAdmin(ReadOnly):
    list_display = ("name", "number", "effective_from", "published_at", "author")
    list_select_related = ("policy", "author")
    fields = (
        "name",
        "number",
        "effective_from",
        "published_at",
        "author",
        "note",
    )
    readonly_fields = ("name",)
    inlines = (TargetsOfVersion, LadderOfVersion)

    @admin.display(description=_("Policy"), ordering="policy__code")
    def name(self, version: PolicyVersion) -> str:
        return version.policy.name
