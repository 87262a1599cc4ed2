"""What objections rest on, in the back-office; objections belong to the desk."""

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from objections.models import (
    ApprovalRule,
    DemandKind,
    EvidenceKind,
    EvidenceNeed,
    FrequencyRule,
    LawArticle,
    MeasureKind,
    Route,
    Subtype,
)
from staff.admin import Kept


class Coded(Kept):
    """Rows that other systems and frozen forms know by their code."""

    def get_readonly_fields(
        self,
        request: HttpRequest,
        obj: Model | None = None,
    ) -> tuple[str, ...]:
        return ("code",) if obj else ()


@admin.register(Subtype)
class SubtypeAdmin(Coded):
    """The company adds its own (OB-30); a type is for ever."""

    list_display = ("name_zh", "name_en", "type", "code", "clause", "active")
    list_filter = ("type", "active")
    search_fields = ("name_zh", "name_en", "code")

    def get_readonly_fields(
        self,
        request: HttpRequest,
        obj: Model | None = None,
    ) -> tuple[str, ...]:
        return ("type", "code") if obj else ()


@admin.register(DemandKind)
class DemandKindAdmin(Coded):
    list_display = ("name_zh", "name_en", "code", "money", "binds", "active")
    search_fields = ("name_zh", "name_en", "code")


@admin.register(Route)
class RouteAdmin(Kept):
    """Who investigates what (OB-45); a wrong row may go."""

    list_display = ("type", "subtype", "process_step", "department", "leads")
    list_filter = ("type",)
    fieldsets = (
        (_("What"), {"fields": ("type", "subtype", "process_step", "when_money")}),
        (_("Where to"), {"fields": ("department", "leads", "origin")}),
    )

    def has_delete_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return bool(self.has_change_permission(request))


class EvidenceNeedInline(TabularInline):
    model = EvidenceNeed
    extra = 0


@admin.register(EvidenceKind)
class EvidenceKindAdmin(Coded):
    list_display = ("name_zh", "name_en", "code", "from_customer")
    inlines = (EvidenceNeedInline,)


@admin.register(LawArticle)
class LawArticleAdmin(Coded):
    list_display = ("title", "code", "gist_zh")
    search_fields = ("title", "code", "gist_zh", "gist_en")


@admin.register(MeasureKind)
class MeasureKindAdmin(Coded):
    list_display = ("name_zh", "name_en", "code", "money", "department", "active")
    search_fields = ("name_zh", "name_en", "code")


@admin.register(ApprovalRule)
class ApprovalRuleAdmin(Kept):
    """Whose approval which value needs; a wrong row may go."""

    list_display = ("up_to", "approver", "origin")

    def has_delete_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return bool(self.has_change_permission(request))


@admin.register(FrequencyRule)
class FrequencyRuleAdmin(Coded):
    """When something counts as frequent (OB-10)."""

    list_display = (
        *("name_zh", "name_en", "kind", "least", "days", "percent"),
        *("owner", "due_working_days", "check_after_days", "active"),
    )
    list_select_related = ("owner",)
    autocomplete_fields = ("owner",)

    def get_readonly_fields(
        self,
        request: HttpRequest,
        obj: Model | None = None,
    ) -> tuple[str, ...]:
        return ("code", "kind") if obj else ()
