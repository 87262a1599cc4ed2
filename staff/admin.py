"""People, departments and API tokens in the back-office."""

from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _text
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin
from unfold.decorators import action

from staff.models import SUPERVISES, ApiToken, Department, Shift, User
from staff.services import (
    forget_second_factors,
    make_sign_in_link,
    presence,
    revoke_api_token,
)
from staff.shifts import spans


class Kept(ModelAdmin):
    """Rows that history names: they are switched off, never deleted."""

    list_filter_sheet = False

    def has_delete_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return False


class ReadOnly(Kept):
    """Rows that people may look up here but that only the product writes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return False


@admin.register(User)
class PersonAdmin(Kept):
    """Nobody has a password to begin with: a one-time link lets a person in."""

    list_display = (
        "display_name",
        "username",
        "work_number",
        "role",
        "department",
        "supervisor",
        "is_active",
        "last_login",
    )
    list_filter = ("role", "department", "is_active")
    list_select_related = ("department", "supervisor")
    search_fields = ("display_name", "username", "work_number")
    actions = ("make_links", "forget_factors")
    actions_submit_line = ("save_and_make_link",)
    fieldsets = (
        (None, {"fields": ("display_name", "username", "work_number")}),
        (
            _("Work"),
            {"fields": ("role", "department", "supervisor", "capacity", "is_active")},
        ),
    )

    def get_readonly_fields(
        self, request: HttpRequest, obj: User | None = None
    ) -> tuple[str, ...]:
        """Nobody locks themselves out, so that an administrator always remains."""
        return ("role", "is_active") if obj and obj.pk == request.user.pk else ()

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **options: Any
    ) -> Any:
        if db_field.name == "supervisor":
            options["queryset"] = User.objects.with_role(*SUPERVISES)
        return super().formfield_for_foreignkey(db_field, request, **options)

    def save_form(self, request: HttpRequest, form: Any, **options: Any) -> User:
        person: User = super().save_form(request, form, **options)
        if not person.password:
            person.set_unusable_password()
        return person

    def save_model(
        self, request: HttpRequest, obj: User, form: Any, change: Any
    ) -> None:
        """The record of who is on duty learns of a new role or capacity."""
        super().save_model(request, obj, form, change)
        presence.follow(obj, at=timezone.now())

    def response_add(
        self, request: HttpRequest, obj: User, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Show the link at once: a new person has no other way in."""
        if "_save" in request.POST and obj.is_active:
            return self._links_page(request, [obj])
        answer: HttpResponse = super().response_add(request, obj, post_url_continue)
        return answer

    def response_change(self, request: HttpRequest, obj: User) -> HttpResponse:
        if "save_and_make_link" in request.POST:
            return self._links_page(request, [obj])
        answer: HttpResponse = super().response_change(request, obj)
        return answer

    @action(  # type: ignore[untyped-decorator]
        description=_("Save and make a sign-in link"), icon="link"
    )
    def save_and_make_link(self, request: HttpRequest, obj: User) -> None:
        """The button; the link itself is the answer to the request."""

    @admin.action(description=_("Make one-time sign-in links"), permissions=["change"])
    def make_links(
        self, request: HttpRequest, queryset: QuerySet[User]
    ) -> HttpResponse:
        return self._links_page(request, list(queryset))

    @admin.action(
        description=_("Forget second factors (a lost phone or key)"),
        permissions=["change"],
    )
    def forget_factors(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        people = list(queryset)
        for person in people:
            forget_second_factors(person)
            self.log_change(request, person, _text("Second factors forgotten"))
        text = ngettext(
            "%(count)d person now signs in without a second factor.",
            "%(count)d people now sign in without a second factor.",
            len(people),
        )
        self.message_user(request, text % {"count": len(people)}, messages.SUCCESS)

    def _links_page(self, request: HttpRequest, people: list[User]) -> HttpResponse:
        """Show fresh links, this once: only their hashes are kept."""
        now = timezone.now()
        links = []
        for person in people:
            if person.is_active:
                path = reverse("sign_in_link", args=[make_sign_in_link(person, at=now)])
                links.append((person, request.build_absolute_uri(path)))
                self.log_change(request, person, _text("Sign-in link made"))
        context = {
            **self.admin_site.each_context(request),
            "title": _("One-time sign-in links"),
            "opts": self.opts,
            "links": links,
            "left_out": [person for person in people if not person.is_active],
        }
        return TemplateResponse(request, "admin/sign_in_links.html", context)


@admin.register(Department)
class DepartmentAdmin(Kept):
    list_display = ("name_zh", "name_en", "code", "head")
    list_select_related = ("head",)
    search_fields = ("name_zh", "name_en", "code")
    autocomplete_fields = ("head",)
    fields = ("code", "name_zh", "name_en", "head")

    def get_readonly_fields(
        self, request: HttpRequest, obj: Department | None = None
    ) -> tuple[str, ...]:
        """Other systems know a department by its code."""
        return ("code",) if obj else ()


@admin.register(Shift)
class ShiftAdmin(Kept):
    """Whose hours are whose; the page says which hours belong to nobody."""

    list_display = ("name_zh", "name_en", "code", "hours_shown", "position", "active")
    list_filter = ("active",)
    search_fields = ("name_zh", "name_en", "code")
    fields = ("code", "name_zh", "name_en", "begins", "ends", "position", "active")

    @admin.display(description=_("Hours"), ordering="begins")
    def hours_shown(self, shift: Shift) -> str:
        return shift.span

    def get_readonly_fields(
        self, request: HttpRequest, obj: Shift | None = None
    ) -> tuple[str, ...]:
        """Other systems know a shift by its code."""
        return ("code",) if obj else ()

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Say above the list whether the day is covered."""
        cover = Shift.objects.cover()
        if not cover:
            text = _(
                "No shift in use covers %(hours)s: nobody hands over then, and figures"
                " by shift leave these hours out."
            )
            hours = spans(cover.missing)
            self.message_user(request, text % {"hours": hours}, messages.WARNING)
        answer: HttpResponse = super().changelist_view(request, extra_context)
        return answer


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnly):
    """Tokens are made by `manage.py api_token`, which shows them once."""

    list_display = ("person", "made", "revoked")
    list_select_related = ("user",)
    search_fields = ("user__username", "user__display_name")
    fields = readonly_fields = ("person", "made", "revoked")
    actions = ("revoke",)

    @admin.display(description=_("Person"), ordering="user__work_number")
    def person(self, token: ApiToken) -> User:
        return token.user

    @admin.display(description=_("Made"), ordering="created_at")
    def made(self, token: ApiToken) -> datetime:
        return token.created_at

    @admin.display(description=_("Revoked"), ordering="revoked_at")
    def revoked(self, token: ApiToken) -> datetime | None:
        return token.revoked_at

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return bool(self.admin_site.has_permission(request))

    @admin.action(description=_("Revoke"), permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        now = timezone.now()
        count = sum(revoke_api_token(token, at=now) for token in queryset)
        text = ngettext("%(count)d token revoked.", "%(count)d tokens revoked.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS)
