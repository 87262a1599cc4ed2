"""All that a quotation says, in the reader's language, for the page and the PDF."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final

from django.utils.translation import gettext as _

from catalog.pricing import Component
from inquiries import offer_words
from inquiries.links import quotation_path
from inquiries.models import Quotation, QuotationDocument
from inquiries.models.quotation import named
from inquiries.offer_words import Shown, ShownDiscount
from inquiries.services.quoting import newest_version

NOT_PAID: Final = Component.DEPOSIT.value


@dataclass(frozen=True)
class Section:
    """Terms about one thing."""

    code: str
    icon: str
    title: str
    sentences: list[str]
    clauses: str = ""


@dataclass(frozen=True)
class Sheet:
    """A sent quotation as it is read at one moment."""

    quotation: Quotation
    now: datetime

    @cached_property
    def lines(self) -> list[Shown]:
        return offer_words.lines(self.quotation)

    @property
    def paid(self) -> list[Shown]:
        """The lines that are paid; the deposit comes back."""
        return [line for line in self.lines if line.component != NOT_PAID]

    @property
    def held(self) -> list[Shown]:
        return [line for line in self.lines if line.component == NOT_PAID]

    @property
    def applied(self) -> list[ShownDiscount]:
        return offer_words.applied(self.quotation)

    @property
    def not_applied(self) -> list[ShownDiscount]:
        return offer_words.not_applied(self.quotation)

    @property
    def zone(self) -> str:
        return named(self.quotation.delivery)

    @property
    def sections(self) -> list[Section]:
        """The terms, the ones that customers argue about first."""
        quotation = self.quotation
        return [
            Section(
                "deposit",
                "wallet",
                _("When the deposit comes back"),
                offer_words.deposit_terms(quotation),
            ),
            Section(
                "delivery",
                "truck-delivery",
                _("How it reaches you: %(zone)s") % {"zone": self.zone},
                offer_words.delivery(quotation),
            ),
            Section(
                "installation",
                "tool",
                _("Installation"),
                offer_words.installation(quotation),
            ),
            Section(
                "payment",
                "credit-card",
                _("Ways to pay"),
                [" · ".join(offer_words.payment_methods(quotation))],
            ),
            Section(
                "returning",
                "calendar-off",
                _("Early or late return, cancellation"),
                offer_words.returning(quotation),
            ),
        ]

    @property
    def expired(self) -> bool:
        return not self.quotation.is_valid(at=self.now)

    @cached_property
    def newer(self) -> Quotation | None:
        """The version that took this one's place."""
        newest = newest_version(self.quotation)
        return None if newest.pk == self.quotation.pk else newest

    @property
    def newer_path(self) -> str:
        return quotation_path(self.newer) if self.newer else ""

    @property
    def expires_soon(self) -> bool:
        """Whether it is the last day."""
        until = self.quotation.valid_until
        return until is not None and not self.expired and (until - self.now).days < 1

    def document(self, language: str) -> QuotationDocument | None:
        """The PDF in a language, made or still waiting; reads `documents`."""
        found = self.quotation.documents.all()
        return next((one for one in found if one.language == language), None)
