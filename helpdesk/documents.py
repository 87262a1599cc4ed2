"""Make the documents that sent quotations wait for: the rows are the list of work."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.core.files.base import ContentFile
from django.db.models import Q

from helpdesk import quotation_pdf
from inquiries.models import QuotationDocument

logger = logging.getLogger(__name__)

# A document takes about a second; no job runs longer than 15.
MOST_AT_ONCE: Final = 6
# One that could not be made steps aside for so long, and stops no other.
TRIED_AGAIN_AFTER: Final = timedelta(minutes=1)


def make_documents(*, clock: Callable[[], datetime]) -> int:
    """Make what waits; how many were made. Run twice at once, each is made once."""
    at = clock()
    waiting = QuotationDocument.objects.filter(
        Q(tried_at=None) | Q(tried_at__lte=at - TRIED_AGAIN_AFTER), file=""
    )
    return sum(_make(document, at=at) for document in waiting[:MOST_AT_ONCE])


def _make(document: QuotationDocument, *, at: datetime) -> bool:
    mine = QuotationDocument.objects.filter(
        pk=document.pk, file="", tried_at=document.tried_at
    )
    if not mine.update(tried_at=at):
        return False
    try:
        content = quotation_pdf.render(document.quotation, language=document.language)
        document.tried_at = at
        document.file.save("", ContentFile(content), save=False)
        document.save(update_fields=["file", "tried_at"])
    except Exception:
        logger.exception("no document of quotation %s", document.quotation_id)
        return False
    return True
