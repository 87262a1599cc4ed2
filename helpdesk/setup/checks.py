"""What every start tells: a channel on which no first reply is promised (IN-06)."""

from typing import Any

from django.core import checks
from django.db import DatabaseError, connection
from django.utils import timezone

from sla.models import Metric
from sla.services import rules
from tickets.models import Channel, Kind


@checks.register(checks.Tags.database)
def channels_have_a_limit(**options: Any) -> list[checks.CheckMessage]:
    """setup.W001 for each such channel; nothing before the first migration."""
    try:
        if "sla_policyversion" not in connection.introspection.table_names():
            return []
        codes = unpromised()
    except DatabaseError:
        return []
    return [
        checks.Warning(
            f"No rule in force limits the first reply on the channel {code}.",
            hint="Publish a version of the policy with such a rule at"
            " /supervision/policy/, or let the channel take no inquiries.",
            id="setup.W001",
        )
        for code in codes
    ]


def unpromised() -> list[str]:
    """The channels that take inquiries and promise no first reply."""
    book = rules.rulebook(at=timezone.now())
    if not book.policy_version_ids:
        return []  # before the policy is loaded nothing is promised to anybody
    taking = Channel.objects.filter(takes_inquiries=True)
    return [
        code
        for code in taking.values_list("code", flat=True)
        if book.target(
            Metric.FIRST_REPLY, {"channel": code, "kind": Kind.INQUIRY.value}
        )
        is None
    ]
