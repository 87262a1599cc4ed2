"""Where Django finds this door."""

from django.contrib.admin.apps import AdminConfig


class BackOfficeConfig(AdminConfig):
    default_site = "helpdesk.backoffice.site.BackOffice"
