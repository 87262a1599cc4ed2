"""What must be true before a topic counts as answered, beyond an answer itself.

One row per topic with a rule of its own: a function that looks at the inquiry and
returns why not, or None.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from inquiries.models import Inquiry, Topic
from inquiries.workflow import Step
from rows.prepared import Prepared

Guard = Callable[[Inquiry], str | None]

# Asked at every look at a conversation; the words of the last explanation count.
DEEDS: Final = Prepared(
    "deeds_of_inquiry",
    """
WITH here AS (
    SELECT ARRAY(
        SELECT %(key)s::bigint
        UNION ALL
        SELECT inquiry_id FROM inquiries_merge
        WHERE into_id = %(key)s::bigint AND undone_at IS NULL
    ) AS keys
)
SELECT
    EXISTS (
        SELECT FROM inquiries_deviceselection AS selected
        JOIN inquiries_comparison AS sent ON sent.selection_id = selected.id
        WHERE selected.inquiry_id = ANY (keys)
    ),
    EXISTS (
        SELECT FROM inquiries_quotation
        WHERE inquiry_id = ANY (keys) AND sent_at IS NOT NULL
    ),
    EXISTS (SELECT FROM inquiries_servicefactstold WHERE inquiry_id = ANY (keys)),
    explained.at IS NOT NULL,
    explained.understood
FROM here LEFT JOIN LATERAL (
    SELECT at, understood FROM inquiries_clauseexplanation
    WHERE inquiry_id = ANY (keys)
    ORDER BY at DESC, id DESC
    LIMIT 1
) AS explained ON true
""",
)


@dataclass(frozen=True)
class Deeds:
    """What topics with a rule of their own ask for, as far as it was done.

    `understood` is what the customer said after the last explanation, None before.
    """

    compared: bool = False
    quoted: bool = False
    explained: bool = False
    understood: bool | None = None
    told: bool = False

    @property
    def waits_for_understanding(self) -> bool:
        """Whether the clauses were explained, and nothing was said to it (IN-43)."""
        return self.explained and self.understood is None


def refusal_for(inquiry: Inquiry, topic: str) -> str | None:
    """Why this topic cannot be marked answered yet; None when it can."""
    guard = GUARDS.get(Topic(topic))
    return guard(inquiry) if guard else None


def selection_refusal(inquiry: Inquiry) -> str | None:
    """Until a comparison was sent (IN-33, IN-34)."""
    if deeds_of(inquiry).compared:
        return None
    return _("No comparison of devices has been sent yet (IN-33, IN-34).")


def price_refusal(inquiry: Inquiry) -> str | None:
    """Until a quotation was sent (IN-37)."""
    if deeds_of(inquiry).quoted:
        return None
    return _("No quotation has been sent yet (IN-37).")


def contract_refusal(inquiry: Inquiry) -> str | None:
    """Until the core clauses were explained and understood (IN-41, IN-43)."""
    done = deeds_of(inquiry)
    if not done.explained:
        return _(
            "Explain the three core clauses first: term, damage, early return (IN-41)."
        )
    if done.understood is None:
        return _("Ask whether the customer has understood the clauses (IN-43).")
    if not done.understood:
        return _("The customer has not understood the clauses yet (IN-43).")
    return None


def service_refusal(inquiry: Inquiry) -> str | None:
    """Until delivery and after-sales facts were told (IN-46 to IN-51)."""
    if deeds_of(inquiry).told:
        return None
    return _(
        "Tell delivery time, delivery method, installation and fault reporting first"
        " (IN-46 to IN-51)."
    )


def deeds_of(inquiry: Inquiry) -> Deeds:
    """What was done for this customer, here and in what is merged here; one query."""
    ((compared, quoted, told, explained, understood),) = DEEDS.rows(key=inquiry.pk)
    return Deeds(
        compared=compared,
        quoted=quoted,
        explained=explained,
        understood=understood,
        told=told,
    )


def missing_deed(topic: str, done: Deeds) -> Step | None:
    """The step that this topic still needs before it counts as answered."""
    step, is_done = {
        Topic.DEVICE_SELECTION: (Step.RECOMMEND, done.compared),
        Topic.RENTAL_PRICE: (Step.QUOTE, done.quoted),
        Topic.CONTRACT_TERMS: (Step.EXPLAIN_CLAUSES, done.understood is True),
        Topic.DELIVERY_TIME: (Step.TELL_SERVICE_FACTS, done.told),
        Topic.AFTER_SALES: (Step.TELL_SERVICE_FACTS, done.told),
    }.get(Topic(topic), (None, True))
    return None if is_done else step


GUARDS: Final[Mapping[Topic, Guard]] = {
    Topic.DEVICE_SELECTION: selection_refusal,
    Topic.RENTAL_PRICE: price_refusal,
    Topic.CONTRACT_TERMS: contract_refusal,
    Topic.DELIVERY_TIME: service_refusal,
    Topic.AFTER_SALES: service_refusal,
}
