"""Make the documents of frozen handling forms: the versions are the list of work."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.core.files.base import ContentFile
from django.db.models import Q

from objections.models import FormDocument, FormVersion

logger = logging.getLogger(__name__)

# A document takes about a second; no job runs longer than 15.
MOST_AT_ONCE: Final = 6
# One that could not be made steps aside for so long, and stops no other.
TRIED_AGAIN_AFTER: Final = timedelta(minutes=1)


def make_documents(*, clock: Callable[[], datetime]) -> int:
    """Make what waits; how many were made. Run twice at once, each is made once."""
    at = clock()
    _list_new()
    waiting = FormDocument.objects.filter(
        Q(tried_at=None) | Q(tried_at__lte=at - TRIED_AGAIN_AFTER), file=""
    ).select_related("version__objection")
    return sum(_make(document, at=at) for document in waiting[:MOST_AT_ONCE])


def _list_new() -> None:
    """Each frozen form is wanted in each language."""
    for version in FormVersion.objects.filter(documents=None)[:MOST_AT_ONCE]:
        FormDocument.objects.bulk_create(
            [
                FormDocument(version=version, language=it)
                for it, _ in settings.LANGUAGES
            ],
            ignore_conflicts=True,
        )


def _make(document: FormDocument, *, at: datetime) -> bool:
    mine = FormDocument.objects.filter(
        pk=document.pk, file="", tried_at=document.tried_at
    )
    if not mine.update(tried_at=at):
        return False
    from helpdesk import form_pdf  # noqa: PLC0415 - many MiB

    try:
        content = form_pdf.render(document.version, language=document.language)
        document.tried_at = at
        document.file.save("", ContentFile(content), save=False)
        document.save(update_fields=["file", "tried_at"])
    except Exception:
        logger.exception("no document of form %s", document.version_id)
        return False
    return True
