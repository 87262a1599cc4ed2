"""The order that an objection is about: who may read it, and what of it is evidence."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from objections.models import Objection, ObjectionType
from orders.facts import OrderFacts
from orders.services import look_up
from staff.models import User

# Each part of an order's facts is evidence of a kind (OB-47, OB-48).
KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "order": "order_detail",
        "contracts": "contract_terms",
        "prompt": "clause_prompt_proof",
        "consent": "change_notice_and_consent",
        "payments": "payment_record",
        "invoices": "invoice_record",
        "stock_outs": "stock_out_record",
        "transports": "transport_record",
        "delivery": "delivery_condition_checklist",
        "return": "return_condition_checklist",
        "parts": "parts_list",
        "pickups": "pickup_appointment_log",
    }
)


def kind_of(part: str, objection: Objection) -> str:
    """Which evidence a part is; a contract in dispute is the signed version itself."""
    if part == "contracts" and objection.type == ObjectionType.CONTRACT:
        return "signed_contract_version"
    return KINDS[part]


def names_any(objection: Objection) -> bool:
    """Whether it says by which an order could be found."""
    numbers = (objection.order_number, objection.contract_number)
    return any((*numbers, objection.serial_number))


def facts_for(objection: Objection) -> OrderFacts:
    """What is known of the order that it names. Raises OrderNotFound, LookupFailed."""
    return look_up.find_for(
        order_number=objection.order_number,
        contract_number=objection.contract_number,
        serial_number=objection.serial_number,
    )


def is_anothers(facts: OrderFacts, objection: Objection) -> bool:
    """Whether the order is known to be that of another phone number.

    Of a customer whose number was erased as promised, the last digits are left.
    """
    mine = objection.customer
    if mine.phone_index and facts.customer_index:
        return facts.customer_index != mine.phone_index
    tails = {mine.phone_tail, facts.customer_tail} - {""}
    return len(tails) > 1


def may_read(facts: OrderFacts, objection: Objection, *, by: User) -> bool:
    """Whether this person, who sees the objection, also sees the order.

    A number that was mistyped, or taken from somebody else, opens nobody's order to a
    department; customer service, who see every case, find out whose it is.
    """
    return by.sees_every_ticket or not is_anothers(facts, objection)
