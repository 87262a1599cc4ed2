"""The script library and the phrases of the guard in the back-office."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin

from knowledge.models import Phrase, PromiseLimit, Script
from staff.admin import Kept


class Worded(SimpleHistoryAdmin, Kept):
    """Rows whose every wording stays: who changed it, when, and from what."""


@admin.register(Script)
class ScriptAdmin(Worded):
    """The company words its scripts itself, except those that the policy fixes."""

    list_display = (
        "title_zh",
        "title_en",
        "code",
        "clauses",
        "channels",
        "verbatim",
        "version",
        "enabled",
    )
    history_list_display = ("version", "text")
    list_filter = ("verbatim", "enabled")
    search_fields = ("code", "title_zh", "title_en", "text")
    fieldsets = (
        (None, {"fields": ("code", "title_zh", "title_en")}),
        (
            _("What is said"),
            {
                "fields": (
                    "opening",
                    "text",
                    "version",
                    "gloss_en",
                    "clauses",
                    "verbatim",
                )
            },
        ),
        (_("Where and when"), {"fields": ("channels", "valid_from", "valid_to")}),
        (_("In the list"), {"fields": ("position", "enabled")}),
    )

    def get_readonly_fields(
        self, request: HttpRequest, obj: Script | None = None
    ) -> tuple[str, ...]:
        """Which texts are fixed is the policy's to say, and so are those texts."""
        if obj is None:
            return ("verbatim", "opening", "version")
        fixed = ("code", "clauses", "verbatim", "opening", "version")
        if not obj.verbatim:
            return fixed
        return (*fixed, "text", "valid_from", "valid_to", "enabled")


@admin.register(Phrase)
class PhraseAdmin(Worded):
    """The company may add phrases; those that the policy names stay (IN-20)."""

    list_display = (
        "text",
        "kind",
        "replacement",
        "meaning_en",
        "clause",
        "fixed",
        "enabled",
    )
    history_list_display = ("text", "replacement", "enabled")
    list_filter = ("kind", "enabled", "fixed")
    search_fields = ("text", "replacement", "meaning_en")
    fieldsets = (
        (None, {"fields": ("kind", "text", "meaning_en", "clause", "fixed")}),
        (_("What to say"), {"fields": ("replacement", "exceptions")}),
        (_("In the list"), {"fields": ("enabled",)}),
    )

    def get_readonly_fields(
        self, request: HttpRequest, obj: Phrase | None = None
    ) -> tuple[str, ...]:
        """A phrase of the policy keeps its words; what to say instead is ours."""
        fixed = obj is not None and obj.fixed
        return ("fixed", "kind", "text", "clause", "enabled") if fixed else ("fixed",)


@admin.register(PromiseLimit)
class PromiseLimitAdmin(Worded):
    """How much each role may promise; every change stays, with who made it."""

    list_display = ("role", "amount")
    history_list_display = ("amount",)
    fields = ("role", "amount")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Each role has its row already."""
        return False

    def get_readonly_fields(
        self, request: HttpRequest, obj: PromiseLimit | None = None
    ) -> tuple[str, ...]:
        return ("role",)
