"""Policies and calendars in the back-office, to read: supervision changes them."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from sla.models import (
    CalendarDay,
    CalendarVersion,
    EscalationStep,
    OpeningHours,
    PauseRule,
    PolicyVersion,
    Target,
)
from staff.admin import ReadOnly


class TargetsOfVersion(TabularInline):
    model = Target
    extra = 0
    can_delete = False
    fields = (
        "code",
        "name_zh",
        "name_en",
        "metric",
        "clauses",
        "origin",
        "conditions",
        "unit",
        "budget",
        "days",
        "calendar",
        "warn_at_fraction",
        "compare",
        "auto_counts",
        "enabled",
    )


class LadderOfVersion(TabularInline):
    model = EscalationStep
    extra = 0
    can_delete = False
    fields = (
        "target",
        "position",
        "unit",
        "after",
        "days",
        "calendar",
        "audience",
        "action",
        "by_mail",
    )


class PauseRulesOfVersion(TabularInline):
    model = PauseRule
    extra = 0
    can_delete = False
    fields = (
        "code",
        "name_zh",
        "name_en",
        "metrics",
        "clauses",
        "origin",
        "unit",
        "limit",
        "days",
        "calendar",
    )


class HoursOfVersion(TabularInline):
    model = OpeningHours
    extra = 0
    can_delete = False
    fields = ("pattern", "intervals")


class DaysOfVersion(TabularInline):
    model = CalendarDay
    extra = 0
    can_delete = False
    fields = ("date", "kind", "name", "intervals")


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
    inlines = (TargetsOfVersion, LadderOfVersion, PauseRulesOfVersion)

    @admin.display(description=_("Policy"), ordering="policy__code")
    def name(self, version: PolicyVersion) -> str:
        return version.policy.name


@admin.register(CalendarVersion)
class CalendarVersionAdmin(ReadOnly):
    list_display = ("name", "number", "effective_from", "published_at", "author")
    list_select_related = ("calendar", "author")
    fields = (
        "name",
        "number",
        "effective_from",
        "published_at",
        "author",
        "note",
        "timezone",
        "working_weekdays",
        "years",
    )
    readonly_fields = ("name",)
    inlines = (HoursOfVersion, DaysOfVersion)

    @admin.display(description=_("Calendar"), ordering="calendar__code")
    def name(self, version: CalendarVersion) -> str:
        return version.calendar.name
