"""Where Django finds the command."""

from django.apps import AppConfig


class DoctorConfig(AppConfig):
    name = "helpdesk.doctor"
    label = "doctor"
