"""The script library in the back-office."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from knowledge.models import Script
from staff.admin import Kept


@admin.register(Script)
class ScriptAdmin(Kept):
    """The company words its scripts itself, except those that the policy fixes."""

    list_display = ("title_zh", "title_en", "code", "clauses", "verbatim", "enabled")
    list_filter = ("verbatim", "enabled")
    search_fields = ("code", "title_zh", "title_en", "text")
    fieldsets = (
        (None, {"fields": ("code", "title_zh", "title_en")}),
        (_("What is said"), {"fields": ("text", "gloss_en", "clauses", "verbatim")}),
        (_("In the list"), {"fields": ("position", "enabled")}),
    )

    def get_readonly_fields(
        self, request: HttpRequest, obj: Script | None = None
    ) -> tuple[str, ...]:
        """Which texts are fixed is the policy's to say, and so are those texts."""
        if obj is None:
            return ("verbatim",)
        fixed = ("code", "clauses", "verbatim")
        return (*fixed, "text", "enabled") if obj.verbatim else fixed
