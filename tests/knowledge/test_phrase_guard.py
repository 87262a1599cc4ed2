"""The guard finds what customers should not read, however it is dressed up."""

import time
import unicodedata
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.han import RADICALS, is_han, plain_forms
from knowledge.phrase_guard import (
    Finding,
    Kind,
    Phrase,
    Rulebook,
    Verdict,
    amounts,
    examine,
    fold,
    in_utf16,
)

DO_NOT_KNOW = Phrase(Kind.FORBIDDEN, "不知道", "我来核实", clause="IN-20")
NOT_SURE = Phrase(
    Kind.FORBIDDEN, "不清楚", "我来核实", clause="IN-20", exceptions=("不清楚的地方",)
)
READ_IT = Phrase(Kind.FORBIDDEN, "你自己看说明", clause="IN-20")
RULES = (
    DO_NOT_KNOW,
    NOT_SURE,
    READ_IT,
    Phrase(Kind.VAGUE, "尽快", "在___前", exceptions=("将尽快处理",)),
    Phrase(Kind.VAGUE, "可能", exceptions=("不可能",)),
    Phrase(Kind.JARGON, "推流", "把直播画面传到平台"),
    Phrase(Kind.JARGON, "推流码", "开播密码"),
    Phrase(Kind.JARGON, "ISO", "感光"),
    Phrase(Kind.ABSOLUTE, "最好", exceptions=("您最好",)),
    Phrase(Kind.ABSOLUTE, "100%"),
    Phrase(Kind.MONEY, "退您"),
    Phrase(Kind.MONEY, "退款"),
    Phrase(Kind.MONEY, "减免"),
    Phrase(Kind.MONEY, "补偿"),
)
BOOK = Rulebook.of(RULES)
FORBIDDEN = [DO_NOT_KNOW.text, NOT_SURE.text, READ_IT.text]


def found(text: str) -> list[tuple[str, str]]:
    return [(f.said, f.verdict.value) for f in examine(text, BOOK)]


@pytest.mark.clause("IN-20")
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("这个我不知道。", "不知道"),
        ("不 知 道", "不 知 道"),
        ("不,知。道", "不,知。道"),
        ("不-知_道", "不-知_道"),
        ("不🙂知👩‍💻道", "不🙂知👩‍💻道"),
        ("不\u200b知\u2060\ufeff道", "不\u200b知\u2060\ufeff道"),
        ("不知\ufe0f道\ufe0f", "不知\ufe0f道"),
        ("不\u3164知\u115f道", "不\u3164知\u115f道"),
        ("不\n知\t道", "不\n知\t道"),
        ("不1\ufe0f\u20e3知道", "不1\ufe0f\u20e3知道"),
        ("不㊗知道", "不㊗知道"),
        ("不\u0336知\u0336道\u0336", "不\u0336知\u0336道"),
        ("你自己看說明", "你自己看說明"),
        ("妳自己看 說 明 書", "妳自己看 說 明"),
        ("\uf967知道", "\uf967知道"),  # a compatibility ideograph of 不
        ("卟知道", "卟知道"),
        ("吥倁噵", "吥倁噵"),
        ("不淸楚", "不淸楚"),
        ("不清濋", "不清濋"),
        ("妳自已看説眀", "妳自已看説眀"),
    ],
)
def test_a_disguised_phrase_is_refused_where_it_stands(text: str, said: str) -> None:
    assert found(text) == [(said, "refuse")]


@pytest.mark.clause("IN-20")
@pytest.mark.parametrize(
    ("text", "said", "verdict"),
    [
        ("不ノ知ノ道", "不ノ知ノ道", "refuse"),
        ("不ー知道", "不ー知道", "refuse"),
        ("不々知道", "不々知道", "refuse"),
        ("不ㄅ知ㄆ道", "不ㄅ知ㄆ道", "refuse"),
        ("不ㅋㅋ知道", "不ㅋㅋ知道", "refuse"),
        ("不ʰ知ʲ道", "不ʰ知ʲ道", "refuse"),
        ("不ж知道", "不ж知道", "refuse"),
        ("不𝐚𝐛知道", "不𝐚𝐛知道", "refuse"),
        ("不x知x道", "不x知x道", "refuse"),
        ("不 x 知道", "不 x 知道", "refuse"),
        ("你a自b己c看d说e明", "你a自b己c看d说e明", "refuse"),
        ("卟x淸x楚", "卟x淸x楚", "refuse"),
        ("不xx知道", "不xx知道", "confirm"),
        ("不X知道", "不X知道", "confirm"),
        ("不5知道", "不5知道", "confirm"),
        ("不AB知CD道", "不AB知CD道", "confirm"),
        ("您是否还有不x清楚的地方?", "不x清楚", "confirm"),
    ],
)
def test_letters_of_other_scripts_hide_no_phrase(
    text: str, said: str, verdict: str
) -> None:
    assert found(text) == [(said, verdict)]


@pytest.mark.clause("IN-20")
@pytest.mark.parametrize(
    "text",
    [
        "这台要不 Sony 知道的人更多",
        "这台要不Sony知道的人更多",
        "您要不 WiFi 知道了再连",
        "他们不 A7S3 知道就换",
        "灯亮不?LED知道怎么开吗",
        "快门 1/50 不 1080p 知道",
        "您自己看 HDMI 说明吗",
        "F2.8 下画面不 4K60 清楚",
        "不用Sony,知道怎么装",
        "蜘蛛支架和清单",
        "已为您安排,自己清点即可",
        "皈依、晴天、请楚经理接电话",
    ],
)
def test_real_sentences_with_names_between_are_left_alone(text: str) -> None:
    assert found(text) == []


def test_a_look_alike_counts_once_and_as_a_common_character() -> None:
    """Each form leads to a character that stands for no other."""
    forms = plain_forms()
    assert len(forms) > 3_800
    assert not {ord(plain) for plain in forms.values()} & set(forms)
    assert all(len(plain) == 1 and is_han(plain) for plain in forms.values())
    assert (forms[ord("說")], forms[ord("淨")], forms[ord("妳")]) == ("说", "净", "你")


@pytest.mark.parametrize(
    "text", ["", " ", "🙂", "不", "不知", "知道", "道知不", "这不难"]
)
def test_a_part_of_a_phrase_is_no_phrase(text: str) -> None:
    assert found(text) == []


@pytest.mark.clause("IN-20")
@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("您是否还有不清楚的地方?", "confirm"),
        ("您 是 否 还 有 不 清 楚 的🙂地 方", "confirm"),
        ("我也不清楚", "refuse"),
        ("不清楚,的确", "refuse"),
        ("我不清楚。的地方", "refuse"),
    ],
)
def test_the_known_false_alarm_asks_instead_of_refusing(
    text: str, verdict: str
) -> None:
    assert [v for _said, v in found(text)] == [verdict]


def test_a_phrase_beside_its_exception_is_still_refused() -> None:
    assert found("不清楚的地方我也不清楚") == [
        ("不清楚", "confirm"),
        ("不清楚", "refuse"),
    ]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("您说“不知道怎么开机”,我来帮您。", 0),
        ("您提到「说明书不清楚」,我发一份新的。", 0),
        ("您刚才问:“不知道能不能续租”", 0),
        ("“不知道”", 1),
        ("您说得对,我不知道", 1),
        ("您说“好”,但是我不知道", 1),
        ("您说“不知道", 1),
    ],
)
def test_what_the_customer_said_may_be_quoted(text: str, count: int) -> None:
    assert len(examine(text, BOOK)) == count


@pytest.mark.clause("IN-19", "IN-08", "CM-13", "SH-20", "SH-27")
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("尽快给您答复", ["尽快"]),
        ("已收到异议,将尽快处理", []),
        ("可能下午到", ["可能"]),
        ("这不可能", []),
        ("推流码在后台", ["推流码"]),
        ("先推流,再看推流码", ["推流", "推流码"]),
        ("ＩＳＯ 800", ["ＩＳＯ"]),
        ("iso", ["iso"]),
        ("isolate 用", []),
        ("这是最好的", ["最好"]),
        ("您最好提前预约", []),
        ("100%安全", ["100%"]),
        ("１００ ％", ["１００ ％"]),
        ("押100元", []),
        ("2100%", []),
    ],
)
def test_other_words_are_marked_and_do_not_stop_a_text(
    text: str, said: list[str]
) -> None:
    findings = examine(text, BOOK)
    assert [f.said for f in findings] == said
    assert {f.verdict for f in findings} <= {Verdict.MARK}


@pytest.mark.parametrize(
    ("text", "yuan"),
    [
        ("500元", ["500"]),
        ("￥1,280.50", ["1280.50"]),
        ("¥ 300", ["300"]),
        ("３００块", ["300"]),
        ("1.5万", ["15000.0"]),
        ("三百块", ["300"]),
        ("三百五十元", ["350"]),
        ("三百五块", ["350"]),
        ("两千零五元", ["2005"]),
        ("一万二元", ["12000"]),
        ("十五块钱", ["15"]),
        ("三万", ["30000"]),
        ("2千元", ["2000"]),
        ("兩萬元", ["20000"]),
        ("千万别急", []),
        ("十分感谢,3天后", []),
    ],
)
def test_sums_of_money_are_read(text: str, yuan: list[str]) -> None:
    assert [amount for _start, _end, amount in amounts(text)] == [*map(Decimal, yuan)]


@pytest.mark.parametrize(
    ("text", "limit", "said"),
    [
        ("我退您500元", "200", ["退您500元"]),
        ("我退您200元", "200", []),
        ("可以减免三百块", "200", ["减免三百块"]),
        ("把800元退您", "200", ["800元退您"]),
        ("补偿您一千二百元", "1000", ["补偿您一千二百元"]),
        ("补偿您一千二百元", "5000", []),
        ("补偿您 2 万", None, []),
        ("押金3000元,归还后退款", "200", []),
        ("退您。租金500元一天", "200", []),
        ("租金500元一天", "200", []),
    ],
)
def test_a_promise_above_ones_authority_asks_for_a_supervisor(
    text: str, limit: str | None, said: list[str]
) -> None:
    may_promise = Decimal(limit) if limit else None
    findings = examine(text, BOOK, may_promise=may_promise)
    assert [f.said for f in findings] == said
    assert {f.verdict for f in findings} <= {Verdict.ASK_SUPERVISOR}


def test_positions_can_be_counted_as_a_browser_counts() -> None:
    text = "👩‍💻😀不🙂知道"
    (finding,) = examine(text, BOOK)
    start, end = in_utf16(text, finding.start), in_utf16(text, finding.end)
    units = text.encode("utf-16-le")[2 * start : 2 * end]
    assert units.decode("utf-16-le") == finding.said == "不🙂知道"
    assert (start, end) == (7, 12)


# --- Laws ----------------------------------------------------------------------------

# Everything that is neither letter nor digit; radicals look like letters.
NOISE = st.text(
    st.characters(
        categories=["Z", "P", "S", "M", "Cf", "Cc"],
        exclude_characters=[chr(code) for code in RADICALS],
    ),
    max_size=4,
)
ANYTHING = st.text(max_size=60)
# Letters of which no rule has any.
HARMLESS = st.text(
    st.one_of(
        st.sampled_from("您好租赁相机三天多少元abcXYZ0259,。!?😀 \n\u200b"),
        st.characters(categories=["P", "Z", "S"], exclude_characters="%％﹪"),
    ),
    max_size=60,
)


@given(
    before=HARMLESS, phrase=st.sampled_from(FORBIDDEN), after=HARMLESS, data=st.data()
)
def test_nothing_put_between_the_letters_hides_a_phrase(
    before: str, phrase: str, after: str, data: st.DataObject
) -> None:
    noise = [data.draw(NOISE) for _letter in phrase[1:]]
    dressed = phrase[0] + "".join(
        n + letter for n, letter in zip(noise, phrase[1:], strict=True)
    )
    text = before + dressed + after
    refused = [f for f in examine(text, BOOK) if f.phrase.text == phrase]
    assert refused
    assert all(f.verdict is Verdict.REFUSE for f in refused)
    assert any(
        f.start == len(before) and f.end == len(before) + len(dressed) for f in refused
    )


@given(HARMLESS)
def test_a_text_without_a_phrase_is_never_marked(text: str) -> None:
    assert examine(text, BOOK) == []


@given(st.lists(st.one_of(ANYTHING, st.sampled_from([r.text for r in RULES]))))
def test_a_finding_lies_in_the_text_and_covers_its_phrase(parts: list[str]) -> None:
    text = "".join(parts)
    for finding in examine(text, BOOK, may_promise=Decimal(0)):
        assert 0 <= finding.start < finding.end <= len(text)
        assert text[finding.start : finding.end] == finding.said
        assert fold(finding.phrase.text) in fold(finding.said)


@given(ANYTHING)
def test_folding_twice_is_folding_once(text: str) -> None:
    once = fold(text)
    assert fold(once) == once
    assert all(unicodedata.category(letter)[0] in "LN" for letter in once)


def test_a_rule_without_letters_finds_nothing() -> None:
    assert examine("...", [Phrase(Kind.VAGUE, "...")]) == []


def test_a_long_text_is_read_in_less_than_20_ms() -> None:
    """2,000 characters against 600 phrases; the best of ten runs."""
    rules = [Phrase(Kind.VAGUE, f"最{chr(0x5000 + n)}{n}") for n in range(600)]
    book = Rulebook.of([*RULES, *rules])
    text = "最您好这台相机一天三百元不知最" * 134
    took = []
    for _run in range(10):
        started = time.perf_counter()
        examine(text, book, may_promise=Decimal(200))
        took.append(time.perf_counter() - started)
    assert len(text) >= 2000
    assert min(took) < 0.02


def test_a_long_text_of_mixed_scripts_is_read_as_fast() -> None:
    text = "要不 Sony 知道 A7 的人不x知y看了不清ж楚这台" * 75
    took = []
    for _run in range(10):
        started = time.perf_counter()
        findings = examine(text, BOOK)
        took.append(time.perf_counter() - started)
    assert len(text) >= 2000
    assert len(findings) == 75
    assert min(took) < 0.02


def test_the_worst_text_is_read_fast_too() -> None:
    """Every letter begins a phrase, every phrase promises money."""
    found: list[Finding] = []
    started = time.perf_counter()
    found = examine("退您500元" * 330 + "您说“" * 5, BOOK, may_promise=Decimal(200))
    assert time.perf_counter() - started < 0.2
    assert len(found) == 330
