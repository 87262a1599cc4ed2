"""The back-office: who may enter, how, and under which content security policy."""

from collections.abc import Callable, Iterable
from typing import Any, Final

from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.contrib.admin import ModelAdmin as PlainModelAdmin
from django.contrib.auth.views import LogoutView, redirect_to_login
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.sites import UnfoldAdminSite

from staff.models import User
from staff.services import presence

# The kit of these pages evaluates attributes and sets styles: see the ADR on the
# content security policy of the back-office. Everything else stays as everywhere.
POLICY: Final = {
    "script-src": [SELF, UNSAFE_EVAL],
    "style-src": [SELF, UNSAFE_INLINE],
    "object-src": [NONE],
}
relaxed = csp_replace(POLICY)
Page = Callable[..., Any]


class BackOffice(UnfoldAdminSite):
    """Configuration, for administrators only; daily work has its own doors."""

    site_title = site_header = _("Shoushi 守时")
    index_title = _("Back-office")
    enable_nav_sidebar = True

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        return isinstance(user, User) and user.is_active and user.is_administrator

    def register(
        self,
        model_or_iterable: type[Model] | Iterable[type[Model]],
        admin_class: "type[PlainModelAdmin[Any]] | None" = None,
        **options: Any,
    ) -> None:
        """Take pages made for this site; those that libraries bring stay out."""
        if admin_class is not None and issubclass(admin_class, ModelAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def admin_view(self, view: Page, *args: Any, **options: Any) -> Page:
        page: Page = relaxed(super().admin_view(view, *args, **options))
        return page

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """People sign in where everyone does, with their second factor."""
        if self.has_permission(request):
            return HttpResponseRedirect(reverse("admin:index"))
        if request.user.is_authenticated:
            raise Http404
        wanted = request.GET.get("next") or reverse("admin:index")
        return redirect_to_login(wanted, reverse("account_login"))

    def logout(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        user = request.user
        leave = LogoutView.as_view(next_page=reverse("account_login"))
        response: HttpResponse = leave(request)
        if isinstance(user, User) and not request.user.is_authenticated:
            presence.sign_out(user, at=timezone.now())
        return response

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The same page as for everyone, which counts attempts."""
        return HttpResponseRedirect(reverse("account_change_password"))
