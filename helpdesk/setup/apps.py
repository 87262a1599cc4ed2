"""Where Django finds this door."""

from django.apps import AppConfig


class SetupConfig(AppConfig):
    name = "helpdesk.setup"
    label = "setup"

    def ready(self) -> None:
        """Let the checks be known."""
        from helpdesk.setup import checks  # noqa: F401, PLC0415 - importing registers
