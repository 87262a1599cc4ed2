"""What there is around an inquiry at all: a page asks for nothing that is not there."""

from dataclasses import dataclass
from typing import Final

from inquiries.models import Inquiry
from inquiries.repeats import REPEAT_WINDOW
from rows.prepared import Prepared

# One column for each field of Around, in its order. Most inquiries have none of these.
AROUND: Final = Prepared(
    "around_inquiry",
    """
SELECT
    EXISTS (
        SELECT FROM inquiries_merge
        WHERE into_id = %(key)s::bigint AND undone_at IS NULL
    ),
    EXISTS (
        SELECT FROM tickets_ticketlink
        WHERE first_id = %(key)s::bigint AND removed_at IS NULL
    ) OR EXISTS (
        SELECT FROM tickets_ticketlink
        WHERE second_id = %(key)s::bigint AND removed_at IS NULL
    ),
    %(phone)s::text <> '' AND EXISTS (
        SELECT FROM customers_customer AS person
        JOIN tickets_ticket AS other ON other.customer_id = person.id
        WHERE person.phone_index = %(phone)s::text AND person.phone_index <> ''
        AND other.created_at >= %(since)s::timestamptz
        AND other.created_at <= %(until)s::timestamptz
        AND other.id <> %(key)s::bigint
    ),
    EXISTS (
        SELECT FROM tickets_message AS said
        JOIN tickets_attachment AS kept ON kept.message_id = said.id
        WHERE said.ticket_id = %(key)s::bigint
    ),
    EXISTS (SELECT FROM inquiries_clauseexplanation WHERE inquiry_id = %(key)s::bigint),
    EXISTS (SELECT FROM inquiries_servicefactstold WHERE inquiry_id = %(key)s::bigint),
    EXISTS (SELECT FROM inquiries_contractrequest WHERE inquiry_id = %(key)s::bigint),
    EXISTS (SELECT FROM inquiries_repairrequest WHERE inquiry_id = %(key)s::bigint),
    EXISTS (SELECT FROM inquiries_deviceselection WHERE inquiry_id = %(key)s::bigint),
    EXISTS (SELECT FROM inquiries_quotation WHERE inquiry_id = %(key)s::bigint)
""",
)


@dataclass(frozen=True)
class Around:
    """Whether there is any row of each kind, whoever may see it."""

    merged: bool
    linked: bool
    repeated: bool
    files: bool
    explained: bool
    told: bool
    contract_requests: bool
    repair_requests: bool
    selections: bool
    quotations: bool


# What a merged one brings along is not looked for: all of it may be there.
ANYTHING: Final = Around(*[True] * 10)


def around(inquiry: Inquiry) -> Around:
    """What there is around this one and what is merged into it; one query."""
    (row,) = AROUND.rows(
        key=inquiry.pk,
        phone=inquiry.customer.phone_index,
        since=inquiry.created_at - REPEAT_WINDOW,
        until=inquiry.created_at + REPEAT_WINDOW,
    )
    found = Around(*row)
    return ANYTHING if found.merged else found
