"""Every address of the product, door by door."""

from django.contrib import admin
from django.urls import include, path

from helpdesk.desk import live as desk_live
from helpdesk.desk import sign_in
from helpdesk.health import healthz
from helpdesk.metrics import metrics
from helpdesk.portal import live as portal_live
from helpdesk.supervision import live as supervision_live

admin.autodiscover()

handler400 = "helpdesk.errors.bad_request"
handler500 = "helpdesk.errors.server_error"

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("metrics", metrics, name="metrics"),
    path("live/desk/", desk_live.desk, name="desk_live"),
    path("live/board/", supervision_live.board, name="board_live"),
    path("live/thread/<str:token>/", portal_live.thread, name="thread_live"),
    path("live/case/<str:number>/", portal_live.case, name="case_live"),
    path("sign-in/<str:token>/", sign_in.by_link, name="sign_in_link"),
    path("accounts/", include("helpdesk.account_urls")),
    path("language/", include("django.conf.urls.i18n")),
    path("desk/", include("helpdesk.desk.urls")),
    path("supervision/", include("helpdesk.supervision.urls")),
    path("admin/", admin.site.urls),
    path("api/", include("helpdesk.api.urls")),
    path("", include("helpdesk.portal.urls")),
]
