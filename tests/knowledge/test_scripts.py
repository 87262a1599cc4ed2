"""The script library: the policy's own words, one for all channels, every version kept."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from helpdesk.setup import loading
from knowledge.models import Script
from knowledge.services.scripts import (
    NoSuchScript,
    ScriptNotForChannel,
    ScriptNotInForce,
    ScriptSwitchedOff,
    VariableMissing,
    offered,
    wording,
)
from tests.factories import AT
from tickets.models import Channel

pytestmark = pytest.mark.django_db

VERBATIM = {
    "GREETING": "您好,很高兴为您服务,请问您想了解关于直播设备租赁的哪方面问题呢?",
    "COMPLEX_NOTICE": "您咨询的问题需要进一步核实,我会在15分钟内给您回电/留言说明,请您保持联系方式畅通",
    "CLOSING_QUESTION": "请问还有其他关于设备租赁的问题需要了解吗?",
    "CLOSING_STATEMENT": "若后续有任何问题,可随时通过官网公示的咨询渠道联系我们",
    "OBJECTION_ACK": "已收到异议,将尽快处理",
}
OTHERS = {
    "FOLLOW_UP": "感谢您的咨询,为您整理{summary}。{link}",
    "OBJECTION_NUMBER": "您的异议编号为{number},预计在{due}前给您处理结果,可凭编号和联系方式尾号查询进度。",
    "OBJECTION_REMINDER": "您的异议{number}的处理方案还在等您答复，您可以同意，也可以不同意并说明理由。查看方案：{link}",
    "OBJECTION_PATHS": "如果您仍不同意，您可以：继续与我们协商；请求消费者协会调解；拨打12315投诉；按约定申请仲裁；向人民法院提起诉讼。",
    "HOTLINE_GREETING": "您好,{company}客服{agent_no}为您服务,本次通话将被录音,请问有什么可以帮您?",
    "APOLOGY": "非常抱歉给您带来不便,请您详细说一下情况,我会如实记录并跟进。",
    "HANDOFF_NOTICE": "您反映的问题由{department}负责核实,预计{due}前给您答复。",
    "PROPOSAL": "关于您的异议{number},核实结果:{finding}。处理方案:{proposal}。请在{confirm_due}前确认:{link}",
    "EXTENSION_NOTICE": "您的异议{number}仍在核实,原因:{reason},预计{due}前给您结果,感谢您的耐心。",
    "RESULT_FEEDBACK": "您的异议{number}已处理完成:{result}。如仍有疑问,可在{appeal_days}日内申请复核。",
    "RETURN_VISIT": "您好,回访您的异议{number}:问题是否已解决?请为处理结果和处理过程打分(1-5)。",
    "EMERGENCY_CONTACT": "非营业时间请拨打{hotline}或扫码进入在线客服(7×24小时)。",
    "SUGGESTION_THANKS": "感谢您的建议,处理情况:{outcome}。",
    "STEP_BY_STEP": "您可以按下面的步骤操作:\n1. {step_1}\n2. {step_2}\n哪一步不顺利,请告诉我,我来协助您。",
    "RECORDING_NOTICE": "为保障您的权益,本次通话可能被录音。",
}


@pytest.mark.clause("IN-25", "IN-27", "IN-52", "IN-53", "OB-37")
def test_the_policys_own_words_are_there_character_for_character() -> None:
    fixed = Script.objects.filter(verbatim=True)
    assert dict(fixed.values_list("code", "text")) == VERBATIM


@pytest.mark.clause("IN-09", "IN-56")
def test_the_library_is_complete() -> None:
    others = Script.objects.filter(verbatim=False)
    assert dict(others.values_list("code", "text")) == OTHERS
    assert Script.objects.get(code="FOLLOW_UP").opening == "感谢您的咨询,为您整理"


def test_channels_of_scripts_are_channels_or_ways_of_sending() -> None:
    codes = {code for script in Script.objects.all() for code in script.channels}
    known = {*Channel.objects.values_list("code", flat=True), "sms", "app_push"}
    assert codes <= known


def test_loading_again_leaves_what_people_changed(db: None) -> None:
    script = Script.objects.get(code="APOLOGY")
    script.text = "非常抱歉。"
    script.save()
    count = Script.history.count()
    loading.load_basics()
    script.refresh_from_db()
    assert (script.text, script.version) == ("非常抱歉。", 2)
    assert Script.history.count() == count


@pytest.mark.parametrize("code", VERBATIM)
def test_the_database_refuses_to_change_them(code: str) -> None:
    script = Script.objects.get(code=code)
    for change in ({"text": "喂", "version": 2}, {"verbatim": False}):
        with (
            pytest.raises(IntegrityError, match="script_word_for_word"),
            transaction.atomic(),
        ):
            Script.objects.filter(pk=script.pk).update(**change)
    script.text += "!"
    with pytest.raises(IntegrityError), transaction.atomic():
        script.save()
    script.refresh_from_db()
    assert (script.text, script.version) == (VERBATIM[code], 1)
    assert script.history.count() == 1


@pytest.mark.clause("IN-56")
def test_the_follow_up_begins_as_the_policy_says() -> None:
    script = Script.objects.get(code="FOLLOW_UP")
    script.text = "谢谢您。"
    with (
        pytest.raises(IntegrityError, match="script_keeps_its_opening"),
        transaction.atomic(),
    ):
        script.save()
    script.text = "感谢您的咨询,为您整理如下:{summary}"
    script.save()
    with pytest.raises(IntegrityError, match="script_opening_fixed"):
        Script.objects.filter(pk=script.pk).update(opening="感谢")


def test_a_new_text_is_a_new_version_and_the_old_one_is_kept() -> None:
    script = Script.objects.get(code="APOLOGY")
    old = script.text
    script.position = 99
    script.save()
    assert script.version == 1
    script.text = "很抱歉给您添麻烦了。"
    script.save()
    script.refresh_from_db()
    assert script.version == 2
    kept = list(script.history.values_list("version", "text"))
    assert kept == [(2, "很抱歉给您添麻烦了。"), (1, old), (1, old)]


def test_nobody_changes_a_text_behind_the_versions_back() -> None:
    with pytest.raises(IntegrityError, match="script_version_rises"):
        Script.objects.filter(code="APOLOGY").update(text="抱歉")


def test_blanks_are_filled_in_once() -> None:
    text = wording("HANDOFF_NOTICE", department="{due}部", due="15:00")
    assert text == "您反映的问题由{due}部负责核实,预计15:00前给您答复。"


def test_what_is_missing_is_named() -> None:
    with pytest.raises(VariableMissing) as refusal:
        wording("HANDOFF_NOTICE", department="")
    assert refusal.value.names == ("department", "due")


@pytest.mark.clause("IN-09", "IN-22", "SH-14")
def test_a_script_that_is_not_to_be_said_is_refused_by_name() -> None:
    assert wording("RECORDING_NOTICE", channel="hotline", at=AT).startswith("为保障")
    with pytest.raises(NoSuchScript):
        wording("NOTHING")
    with pytest.raises(ScriptNotForChannel):
        wording("RECORDING_NOTICE", channel="web_chat")
    Script.objects.filter(code="APOLOGY").update(enabled=False)
    with pytest.raises(ScriptSwitchedOff):
        wording("APOLOGY")


@pytest.mark.clause("IN-22")
@pytest.mark.parametrize(
    ("valid", "usable"),
    [
        ((0, 1), True),
        ((None, 1), True),
        ((0, None), True),
        ((-2, 0), False),
        ((1, 2), False),
    ],
)
def test_an_expired_script_can_be_neither_inserted_nor_said(
    valid: tuple[int | None, int | None], *, usable: bool
) -> None:
    begins, ends = (None if d is None else AT + timedelta(days=d) for d in valid)
    script = Script.objects.get(code="APOLOGY")
    script.valid_from, script.valid_to = begins, ends
    script.save()
    codes = {o.script.code for o in offered(channel="web_chat", at=AT, known={})}
    assert ("APOLOGY" in codes) is usable
    if usable:
        assert wording("APOLOGY", at=AT)
    else:
        with pytest.raises(ScriptNotInForce):
            wording("APOLOGY", at=AT)


def test_only_what_can_be_said_here_and_now_is_offered() -> None:
    offers = {
        o.script.code: o.text for o in offered(channel="web_chat", at=AT, known={})
    }
    assert list(offers) == [
        "GREETING",
        "COMPLEX_NOTICE",
        "CLOSING_QUESTION",
        "CLOSING_STATEMENT",
        "OBJECTION_PATHS",
        "APOLOGY",
    ]
    known = {"company": "星播", "agent_no": "1001"}
    hotline = {
        o.script.code: o.text for o in offered(channel="hotline", at=AT, known=known)
    }
    assert hotline["HOTLINE_GREETING"].startswith("您好,星播客服1001为您服务")
    assert "GREETING" not in hotline


def test_a_script_does_not_end_before_it_begins() -> None:
    with pytest.raises(IntegrityError, match="script_valid_forwards"):
        Script.objects.filter(code="APOLOGY").update(valid_from=AT, valid_to=AT)
