"""Find words that customers should not read in a text, however they are dressed up.

Letters are compared after folding: full-width forms become plain, traditional and
look-alike characters what they stand for, and everything that is neither letter nor
digit (spaces, punctuation, emoji, variation selectors, characters without width) counts
for nothing. Letters of other scripts between those of a forbidden phrase hide it as
little, unless they are a word of their own: see `Gap`.
Positions are those of the text as it was written, in code points; `in_utf16` turns
them into what a text field of a browser counts.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import IntEnum, StrEnum
from functools import lru_cache
from itertools import pairwise
from typing import Final, Self

from knowledge.han import RADICALS, is_han, plain_forms


class Kind(StrEnum):
    """Why a phrase is looked for."""

    FORBIDDEN = "forbidden"
    ABSOLUTE = "absolute"
    MONEY = "money"
    JARGON = "jargon"
    VAGUE = "vague"


class Verdict(StrEnum):
    """What a finding means for sending."""

    REFUSE = "refuse"
    CONFIRM = "confirm"
    ASK_SUPERVISOR = "ask_supervisor"
    MARK = "mark"


@dataclass(frozen=True)
class Phrase:
    """A rule: words, what to say instead, and in which wider words they are harmless.

    Of kind MONEY, the words promise something; they count with an amount beside them.
    """

    kind: Kind
    text: str
    replacement: str = ""
    meaning: str = ""
    clause: str = ""
    exceptions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Finding:
    """A phrase in a text: `text[start:end]` is `said`."""

    phrase: Phrase
    verdict: Verdict
    start: int
    end: int
    said: str
    amount: Decimal | None = None


# --- Folding -------------------------------------------------------------------------

_PLAIN: Final = plain_forms()
# Letters by their class, yet invisible or a picture.
_NO_LETTERS: Final = frozenset("\u115f\u1160\u3164\uffa0\u2139")
_KEYCAP: Final = re.compile("[0-9]\ufe0f?\u20e3")


@lru_cache(maxsize=16_384)
def _folded_letter(letter: str) -> str:
    """What a character counts as: nothing, one letter, or (rarely) several."""
    is_letter = unicodedata.category(letter)[0] in "LN" or ord(letter) in RADICALS
    if not is_letter or letter in _NO_LETTERS:
        return ""
    plain = unicodedata.normalize("NFKC", letter).casefold().translate(_PLAIN)
    return "".join(c for c in plain if unicodedata.category(c)[0] in "LN")


@dataclass(frozen=True)
class Folded:
    """A text as it is compared, and where each of its letters was written."""

    text: str
    places: tuple[int, ...]

    @classmethod
    def of(cls, text: str) -> Self:
        keycaps = {match.start() for match in _KEYCAP.finditer(text)}
        letters: list[str] = []
        places: list[int] = []
        for place, written in enumerate(text):
            if place in keycaps:
                continue
            for letter in _folded_letter(written):
                letters.append(letter)
                places.append(place)
        return cls("".join(letters), tuple(places))


def fold(text: str) -> str:
    """The letters and digits of a text in their plainest form."""
    return Folded.of(text).text


# --- The rulebook --------------------------------------------------------------------


@dataclass(frozen=True)
class _Rule:
    phrase: Phrase
    letters: str
    sign: str  # what follows the letters and must be there, such as the % of 100%
    exceptions: tuple[tuple[int, str], ...]  # where the letters stand in wider words


@dataclass(frozen=True)
class Rulebook:
    """Phrases made ready for searching; build it once and keep it.

    `han` has those that letters of other scripts may tear apart.
    """

    rules: dict[str, tuple[_Rule, ...]]
    longest: int
    starts: frozenset[str]
    han: "Rulebook | None" = None

    @classmethod
    def of(cls, phrases: Iterable[Phrase]) -> Self:
        phrases = tuple(phrases)
        return replace(
            cls._of(phrases),
            han=cls._of(phrase for phrase in phrases if _can_be_torn(phrase)),
        )

    @classmethod
    def _of(cls, phrases: Iterable[Phrase]) -> Self:
        rules: dict[str, tuple[_Rule, ...]] = {}
        starts: set[str] = set()
        for phrase in phrases:
            letters = fold(phrase.text)
            if not letters:
                continue
            rule = _Rule(phrase, letters, _sign(phrase.text), _wider(phrase, letters))
            rules[letters] = (*rules.get(letters, ()), rule)
            starts.update(letters[:size] for size in range(1, len(letters) + 1))
        longest = max(map(len, rules), default=0)
        return cls(rules, longest, frozenset(starts))

    def matches(self, text: str) -> Iterator[tuple[_Rule, int]]:
        """Every rule whose letters stand in a folded text, and at which of them."""
        for start in range(len(text)):
            for end in range(start + 1, min(start + self.longest, len(text)) + 1):
                letters = text[start:end]
                if letters not in self.starts:
                    break
                for rule in self.rules.get(letters, ()):
                    yield rule, start


def _can_be_torn(phrase: Phrase) -> bool:
    """Whether it is forbidden and Chinese throughout."""
    if phrase.kind is not Kind.FORBIDDEN or _sign(phrase.text):
        return False
    return all(map(is_han, fold(phrase.text)))


def _sign(text: str) -> str:
    tail = unicodedata.normalize("NFKC", text).strip()
    size = len(tail)
    while size and not _folded_letter(tail[size - 1]):
        size -= 1
    return tail[size:]


def _wider(phrase: Phrase, letters: str) -> tuple[tuple[int, str], ...]:
    found = []
    for exception in map(fold, phrase.exceptions):
        offset = exception.find(letters)
        while offset >= 0:
            found.append((offset, exception))
            offset = exception.find(letters, offset + 1)
    return tuple(found)


_MARK: Final = re.compile(r"[,，.。!！?？;；:：、…\n]")

# --- Examining -----------------------------------------------------------------------

_QUOTED: Final = re.compile(
    r"(?:您|你|客户)[^。！？!?\n「『“\"]{0,6}?(?:说|提到|提及|问|反映|表示|写)"
    r"[的道过了到是]{0,2}\s{0,2}[:：,，]?\s{0,2}"
    r"(?:「[^」]{0,300}」|『[^』]{0,300}』|“[^”]{0,300}”|\"[^\"\n]{0,300}\")"
)


def examine(
    text: str,
    phrases: Rulebook | Iterable[Phrase],
    *,
    may_promise: Decimal | None = None,
) -> list[Finding]:
    """What a text to a customer says that it should not, in the order of the text.

    `may_promise` is the greatest amount that its author may promise; None is any.
    """
    book = phrases if isinstance(phrases, Rulebook) else Rulebook.of(phrases)
    folded = Folded.of(text)
    quoted = [match.span() for match in _QUOTED.finditer(text)]
    findings = []
    for rule, at in book.matches(folded.text):
        finding = _found(text, folded, rule, at)
        if finding is None or _inside(finding, quoted):
            continue
        if rule.phrase.kind is Kind.MONEY:
            finding = _above(finding, text, may_promise)
        if finding is not None:
            findings.append(finding)
    findings += [f for f in _torn(text, folded, book) if not _inside(f, quoted)]
    return list(_longest(findings))


def in_utf16(text: str, place: int) -> int:
    """A position counted in UTF-16 units, as JavaScript counts."""
    return len(text[:place].encode("utf-16-le", "surrogatepass")) // 2


def _found(text: str, folded: Folded, rule: _Rule, at: int) -> Finding | None:
    """The finding, unless these letters are part of something else."""
    last = at + len(rule.letters) - 1
    start, end = folded.places[at], folded.places[last] + 1
    if not _stands_alone(folded, at, last):
        return None
    if rule.sign:
        tail = unicodedata.normalize("NFKC", text[end : end + 4])
        if not tail.lstrip().startswith(rule.sign):
            return None
        end = min(len(text), end + tail.index(rule.sign) + len(rule.sign))
    verdict = Verdict.REFUSE if rule.phrase.kind is Kind.FORBIDDEN else Verdict.MARK
    if any(
        at >= offset
        and folded.text.startswith(wider, at - offset)
        and _in_one_breath(text, folded, at - offset, len(wider))
        for offset, wider in rule.exceptions
    ):
        if verdict is Verdict.MARK:
            return None
        verdict = Verdict.CONFIRM
    return Finding(rule.phrase, verdict, start, end, text[start:end])


# --- Other scripts between the letters -----------------------------------------------


class Gap(IntEnum):
    """What stands between two letters of a phrase, from nothing to a word."""

    NOTHING = 0
    NOISE = 1  # kana, Cyrillic, raised letters, one small letter: nobody writes so
    DOUBTFUL = 2  # one capital or digit, or small letters without a space: 不wifi知道
    WORD = 3  # a name or number in its own right: 不 Sony 知道


def _torn(text: str, folded: Folded, book: Rulebook) -> Iterator[Finding]:
    """Forbidden phrases with letters of other scripts between theirs.

    A word in one gap is a sentence that happens to have these letters; words in
    several, or what may be one, let the writer decide.
    """
    kept = [place for place, letter in enumerate(folded.text) if is_han(letter)]
    if book.han is None or len(kept) == len(folded.text):
        return
    han = Folded(
        "".join(folded.text[place] for place in kept),
        tuple(folded.places[place] for place in kept),
    )
    for rule, at in book.han.matches(han.text):
        letters = kept[at : at + len(rule.letters)]
        gaps = [_gap(text, folded, a, b) for a, b in pairwise(letters)]
        widest, foreign = max(gaps, default=Gap.NOTHING), len([g for g in gaps if g])
        if not foreign or (widest is Gap.WORD and foreign == 1):
            continue
        finding = _found(text, han, rule, at)
        if finding is not None and widest > Gap.NOISE:
            finding = replace(finding, verdict=Verdict.CONFIRM)
        if finding is not None:
            yield finding


def _gap(text: str, folded: Folded, first: int, last: int) -> Gap:
    """What stands between two letters; both are places in the folded text."""
    if last == first + 1:
        return Gap.NOTHING
    written = text[folded.places[first] + 1 : folded.places[last]]
    word = [letter for letter in written if _in_words(letter)]
    if not word:
        return Gap.NOISE
    if len(word) == 1:
        return Gap.NOISE if word[0].islower() else Gap.DOUBTFUL
    glued = len(word) == len(written) and all(map(str.islower, word))
    return Gap.DOUBTFUL if glued else Gap.WORD


def _in_words(letter: str) -> bool:
    """Whether Chinese texts have words and numbers of such letters."""
    if letter.isascii():
        return letter.isalnum()
    name = unicodedata.name(letter, "")
    return name.startswith(("LATIN ", "FULLWIDTH LATIN", "FULLWIDTH DIGIT"))


def _in_one_breath(text: str, folded: Folded, first: int, size: int) -> bool:
    """Whether no mark divides the letters: 不知道,您 is not 不知道您."""
    written = text[folded.places[first] : folded.places[first + size - 1]]
    return _MARK.search(written) is None


def _stands_alone(folded: Folded, first: int, last: int) -> bool:
    """Whether Latin letters and digits are not a part of a longer word or number."""
    text, places = folded.text, folded.places
    for inner, outer in ((first, first - 1), (last, last + 1)):
        if not 0 <= outer < len(text):
            continue
        both = text[inner] + text[outer]
        adjacent = abs(places[inner] - places[outer]) <= 1
        if (
            adjacent
            and both.isascii()
            and text[inner].isdigit() == text[outer].isdigit()
        ):
            return False
    return True


def _inside(finding: Finding, spans: list[tuple[int, int]]) -> bool:
    return any(start <= finding.start and finding.end <= end for start, end in spans)


def _longest(findings: list[Finding]) -> Iterator[Finding]:
    """Without those that a longer finding of the same kind covers."""
    ends: dict[Kind, int] = {}
    for finding in sorted(findings, key=lambda f: (f.start, -f.end)):
        kind = finding.phrase.kind
        if finding.end > ends.get(kind, 0):
            ends[kind] = finding.end
            yield finding


# --- Promised money ------------------------------------------------------------------

_DIGITS: Final = {c: n for n, c in enumerate("零一二三四五六七八九")} | {
    "〇": 0,
    "两": 2,
}
_UNITS: Final = {"十": 10, "百": 100, "千": 1_000, "万": 10_000}
_NUMBER: Final = (
    r"(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?|\d{1,9}(?:\.\d{1,4})?"
    r"|[零〇一二两三四五六七八九十百千万]{1,12})\s?(?P<unit>[百千万]?)"
)
_AMOUNT: Final = re.compile(
    rf"(?P<sign>¥|人民币|rmb|cny)?\s?{_NUMBER}\s?(?P<money>元|块|圆|人民币|rmb)?",
    re.IGNORECASE,
)
_SENTENCE_END: Final = re.compile(r"[。!?;；！？\n]")
_AFTER: Final = 16
_BEFORE: Final = 14
# A deposit goes back by contract; nobody promises anything of their own.
_DEPOSIT: Final = "押金"


def amounts(text: str) -> list[tuple[int, int, Decimal]]:
    """Sums of money in a text: start, end, yuan."""
    plain = _same_length(text)
    found = []
    for match in _AMOUNT.finditer(plain):
        number, unit = match["number"], match["unit"]
        # 一万 is money without a word for it; 千万 also means "by all means".
        bare = unit == "万" or (number[-1] == "万" and number[0] not in "百千万")
        if not (match["sign"] or match["money"] or bare):
            continue
        yuan = _yuan(number) * _UNITS.get(unit, 1)
        found.append((match.start(), match.end(), yuan))
    return found


def _same_length(text: str) -> str:
    """Plain forms, character for character, so that positions stay."""
    plain = (unicodedata.normalize("NFKC", c) for c in text)
    return "".join(
        p if len(p) == 1 else c for p, c in zip(plain, text, strict=True)
    ).translate(_PLAIN)


def _yuan(number: str) -> Decimal:
    if number[0].isascii():
        return Decimal(number.replace(",", ""))
    return Decimal(_chinese(number))


def _chinese(number: str) -> int:
    """三百五 is 350, 一万二 is 12,000, 两千零五 is 2,005."""
    total = part = digit = 0
    for character in number:
        if character in _DIGITS:
            digit = _DIGITS[character]
        elif character == "万":
            total, part, digit = (total + part + digit or 1) * 10_000, 0, 0
        else:
            part += (digit or 1) * _UNITS[character]
            digit = 0
    before, last = number[-2:-1], number[-1]
    short = before in _UNITS and before != "十" and last in _DIGITS
    return total + part + digit * (_UNITS[before] // 10 if short else 1)


def _above(finding: Finding, text: str, limit: Decimal | None) -> Finding | None:
    """The promise with its amount, if that is more than its author may promise."""
    if limit is None:
        return None
    after = _SENTENCE_END.split(text[finding.end : finding.end + _AFTER])[0]
    nearby = text[max(0, finding.start - _BEFORE) : finding.start]
    before = _SENTENCE_END.split(nearby)[-1]
    before_start = finding.start - len(before)
    if _DEPOSIT in _same_length(before + finding.said + after):
        return None
    spans = [(finding.end + a, finding.end + b, y) for a, b, y in amounts(after)[:1]]
    spans += [
        (before_start + a, before_start + b, y)
        for a, b, y in amounts(before)[-1:]
        if not re.search(r"[,，、]", before[b:])
    ]
    for start, end, yuan in spans:
        if yuan > limit:
            first, last = min(start, finding.start), max(end, finding.end)
            return replace(
                finding,
                verdict=Verdict.ASK_SUPERVISOR,
                start=first,
                end=last,
                said=text[first:last],
                amount=yuan,
            )
    return None
