"""The scripts that a colleague can insert, as they stand beside the composer."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.safestring import SafeString

from helpdesk.fragments import fragment, joined
from knowledge.services.scripts import Offer


@dataclass(frozen=True)
class Option:
    """One script, with its blanks filled in."""

    pk: int
    code: str
    title_zh: str
    title_en: str
    title: str
    text: str
    gloss_en: str
    clauses: tuple[str, ...]
    verbatim: bool


def script_list(offers: Iterable[Offer]) -> SafeString:
    """All that can be said here."""
    options = [fragment("desk/_script.html", _option(offer)) for offer in offers]
    return fragment("desk/_scripts.html", (), options=joined(options))


def _option(offer: Offer) -> Option:
    script = offer.script
    return Option(
        pk=script.pk,
        code=script.code,
        title_zh=script.title_zh,
        title_en=script.title_en,
        title=script.title,
        text=offer.text,
        gloss_en=script.gloss_en,
        clauses=tuple(script.clauses),
        verbatim=script.verbatim,
    )
