"""Where Django finds this app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrdersConfig(AppConfig):
    name = "orders"
    verbose_name = _("Order facts")

    def ready(self) -> None:
        from orders import checks  # noqa: F401, PLC0415 - registers itself
