"""Every text that people can see has a Chinese translation, and nothing is left over."""

import ast
import io
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import polib
import pytest
from babel.messages.extract import extract
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = settings.BASE_DIR
CATALOGUE = ROOT / "locale/zh_Hans/LC_MESSAGES/django.po"
APPS = (
    *("helpdesk", "figures", "objections", "inquiries", "sla", "tickets"),
    *("orders", "knowledge", "catalog", "customers", "staff"),
)
TEMPLATES = ("html", "txt")
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}


# What Django makes of {% translate %} and {% blocktranslate %}: calls in no language.
IN_TEMPLATE = re.compile(
    r"""\b(?:_|gettext|ngettext)\(\s*u?(\'{3}.*?\'{3}|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')""",
    re.DOTALL,
)


def texts_in_python() -> Iterator[tuple[str, Path]]:
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            for _line, message, _comments, _context in extract(
                "python", io.BytesIO(path.read_bytes()), keywords=KEYWORDS
            ):
                yield (message if isinstance(message, str) else message[0]), path


def texts_in_templates() -> Iterator[tuple[str, Path]]:
    pages = chain.from_iterable((ROOT / "templates").rglob(f"*.{e}") for e in TEMPLATES)
    for path in sorted(pages):
        calls = templatize(path.read_text(encoding="utf-8"))
        for literal in IN_TEMPLATE.findall(calls):
            yield ast.literal_eval(literal), path


def texts_in_source() -> dict[str, Path]:
    found: dict[str, Path] = {}
    for text, path in chain(texts_in_python(), texts_in_templates()):
        if text:
            found.setdefault(text, path.relative_to(ROOT))
    return found


@pytest.fixture(scope="module")
def catalogue() -> polib.POFile:
    return polib.pofile(str(CATALOGUE), check_for_duplicates=True)


def test_every_text_has_a_chinese_translation(catalogue: polib.POFile) -> None:
    translated = {entry.msgid for entry in catalogue.translated_entries()}
    missing = {
        f"{path}: {text}"
        for text, path in texts_in_source().items()
        if text not in translated
    }
    assert sorted(missing) == []


def test_the_catalogue_keeps_nothing_that_the_source_lost(
    catalogue: polib.POFile,
) -> None:
    texts = texts_in_source()
    assert sorted(e.msgid for e in catalogue if e.msgid not in texts) == []


def test_no_translation_is_a_guess_of_the_merge_tool(catalogue: polib.POFile) -> None:
    assert [entry.msgid for entry in catalogue.fuzzy_entries()] == []


# Between Chinese characters stand their own, wide marks.
NARROW = re.compile(
    r"(?<=[\u4e00-\u9fff”》）])\s?[,;:!?()]|[,;:!?()]\s?(?=[\u4e00-\u9fff“《（])"
)


def test_chinese_texts_use_chinese_punctuation(catalogue: polib.POFile) -> None:
    narrow = [
        text
        for entry in catalogue
        for text in [entry.msgstr, *entry.msgstr_plural.values()]
        if NARROW.search(text)
    ]
    assert narrow == []


@pytest.mark.parametrize("text", ["租几天?", "请看:价格", "价格 (含税)", "好,的"])
def test_a_narrow_mark_beside_chinese_is_noticed(text: str) -> None:
    assert NARROW.search(text)


def test_what_is_written_in_latin_keeps_its_marks() -> None:
    assert not NARROW.search("最多 1,000 元（10:30 前，%(a)s: b）")


def test_placeholders_survive_the_translation(catalogue: polib.POFile) -> None:
    def names(text: str) -> set[str]:
        return set(re.findall(r"%\(\w+\)s", text))

    for entry in catalogue:
        for translation in [entry.msgstr, *entry.msgstr_plural.values()]:
            if translation:
                assert names(translation) == names(entry.msgid), entry.msgid
