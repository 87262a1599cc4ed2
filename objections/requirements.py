"""What a handling form must hold before it is complete (OB-38 to OB-42). Pure."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

# What each type needs beyond what all need; names of fields of the form.
OF_TYPE: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "quality": ("device_model", "order_number", "occurred_at"),
        "fee": ("order_number", "amount"),
        "service": ("occurred_at",),
        "contract": ("contract_number",),
        "return": ("order_number", "returned_at"),
    }
)
# What a subtype needs, too: who investigates hangs on it (D-15).
OF_SUBTYPE: Final[Mapping[tuple[str, str], tuple[str, ...]]] = MappingProxyType(
    {("service", "low_efficiency"): ("process_step",)}
)
OF_ALL: Final = ("type", "subtype", "description", "demands", "phone")


def required(type_: str, subtype: str) -> tuple[str, ...]:
    """The fields that a type and a subtype need; "" where the customer is unsure."""
    return OF_TYPE.get(type_, ()) + OF_SUBTYPE.get((type_, subtype), ())


def missing(facts: Mapping[str, object]) -> tuple[str, ...]:
    """The fields that are still empty; an account number or the reason for none."""
    names = OF_ALL + required(str(facts["type"]), str(facts["subtype"]))
    found = [name for name in names if not facts.get(name)]
    if not facts.get("account_number") and not facts.get("no_account_reason"):
        found.append("account_number")
    return tuple(found)
