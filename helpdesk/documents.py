"""Make the documents that sent quotations wait for: the rows are the list of work."""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.core.files.base import ContentFile
from django.db.models import Q

from inquiries.models import QuotationDocument

logger = logging.getLogger(__name__)

# No job runs longer than 15 s: a document takes about one, and none begins after these.
SECONDS: Final = 8.0
MOST_AT_ONCE: Final = 6
# One that could not be made steps aside for so long, and stops no other.
TRIED_AGAIN_AFTER: Final = timedelta(minutes=1)


def make_documents(*, clock: Callable[[], datetime], seconds: float = SECONDS) -> int:
    """Make what waits until the time is over; how many were made.

    One is taken up in any case; what is left waits for the next job. Run twice at once,
    each is made once.
    """
    until, at = time.monotonic() + seconds, clock()
    waiting = QuotationDocument.objects.filter(
        Q(tried_at=None) | Q(tried_at__lte=at - TRIED_AGAIN_AFTER), file=""
    )
    count = 0
    for document in waiting[:MOST_AT_ONCE]:
        count += _make(document, at=clock())
        if time.monotonic() >= until:
            break
    return count


def _make(document: QuotationDocument, *, at: datetime) -> bool:
    mine = QuotationDocument.objects.filter(
        pk=document.pk, file="", tried_at=document.tried_at
    )
    if not mine.update(tried_at=at):
        return False
    from helpdesk import quotation_pdf  # noqa: PLC0415 - many MiB

    try:
        content = quotation_pdf.render(document.quotation, language=document.language)
        document.tried_at = at
        document.file.save("", ContentFile(content), save=False)
        document.save(update_fields=["file", "tried_at"])
    except Exception:
        logger.exception("no document of quotation %s", document.quotation_id)
        return False
    return True
