"""Channels in the back-office; tickets belong to the desk."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from staff.admin import Kept
from tickets.models import Channel


@admin.register(Channel)
class ChannelAdmin(Kept):
    list_display = (
        "name_zh",
        "name_en",
        "code",
        "takes_inquiries",
        "takes_objections",
        "auto_greeting",
        "offline",
        "address",
        "position",
    )
    search_fields = ("name_zh", "name_en", "code")
    fieldsets = (
        (None, {"fields": ("code", "name_zh", "name_en", "icon", "position")}),
        (_("How customers find it"), {"fields": ("address_kind", "address")}),
        (
            _("What it takes"),
            {
                "fields": (
                    "takes_inquiries",
                    "takes_objections",
                    "auto_greeting",
                    "offline",
                )
            },
        ),
    )

    def get_readonly_fields(
        self, request: HttpRequest, obj: Channel | None = None
    ) -> tuple[str, ...]:
        """Other systems know a channel by its code."""
        return ("code",) if obj else ()
