"""What merging means for customers: one's own conversations as one, never another's."""

import pytest
from django.test import Client
from django.utils import timezone

from helpdesk.templatetags.display import milliseconds
from inquiries import services
from inquiries.links import thread_path
from inquiries.models import Inquiry
from staff.models import User
from tests.factories import UserFactory
from tests.finishing import finish
from tests.portal.conftest import ask, path_of, picture
from tickets.models import Attachment, Message

HTMX = {"hx-request": "true"}


@pytest.fixture
def agent(db: None) -> User:
    return UserFactory.create(work_number="2001")


@pytest.fixture
def earlier(customer: Client) -> Inquiry:
    return ask(customer, topic="operation_use", text="摄像机多少钱")


def merge(inquiry: Inquiry, into: Inquiry, by: User) -> None:
    """Two persons are merged when the one has had an answer."""
    if inquiry.customer_id != into.customer_id:
        services.reply(inquiry, text="请稍等", by=by, at=timezone.now())
    services.merge(inquiry, into=into, by=by, at=timezone.now(), reason="一家人")


def opens(customer: Client, inquiry: Inquiry, file: Attachment) -> bool:
    """Whether the link of a conversation opens a file."""
    response = customer.get(path_of(inquiry, f"files/{file.public_id}/"), follow=True)
    return response.status_code == 200 and response.getvalue().startswith(b"\x89PNG")


def page_of(customer: Client, inquiry: Inquiry) -> str:
    response = customer.get(path_of(inquiry))
    assert response.status_code == 200
    return response.content.decode()


def test_who_asks_anew_by_the_same_phone_is_told_nothing_of_earlier_questions(
    customer: Client, earlier: Inquiry
) -> None:
    """Anyone can type anyone's number: only the agent gets the suggestion."""
    stranger = Client(headers={"accept-language": "en"})
    inquiry = ask(stranger, text="你好")
    for page in (
        page_of(stranger, inquiry),
        stranger.get("/").content.decode(),
        stranger.get("/ask/").content.decode(),
    ):
        assert earlier.number not in page
        assert "摄像机多少钱" not in page
        assert "Same phone" not in page


def test_the_link_of_a_merged_conversation_leads_the_same_customer_on(
    customer: Client, earlier: Inquiry, agent: User
) -> None:
    inquiry = ask(customer, text="几号送到")
    services.write_note(inquiry, text="老客户", by=agent, at=timezone.now())
    merge(inquiry, earlier, agent)
    response = customer.get(path_of(inquiry))
    assert (response.status_code, response["Location"]) == (303, thread_path(earlier))
    fragment = customer.get(path_of(inquiry), headers=HTMX)
    assert fragment["HX-Redirect"] == thread_path(earlier)
    page = page_of(customer, earlier)
    assert page.index("摄像机多少钱") < page.index("几号送到")
    assert page.count('class="origin"') == 1
    assert "老客户" not in page


@pytest.mark.parametrize("htmx", [True, False])
def test_what_the_same_customer_writes_by_the_old_link_stands_where_it_goes_on(
    customer: Client, earlier: Inquiry, agent: User, *, htmx: bool
) -> None:
    inquiry = ask(customer, text="几号送到")
    merge(inquiry, earlier, agent)
    headers = HTMX if htmx else {}
    response = customer.post(
        path_of(inquiry, "write/"), {"text": "在吗"}, headers=headers
    )
    assert response["HX-Redirect" if htmx else "Location"] == thread_path(earlier)
    message = Message.objects.get(text="在吗")
    assert (message.ticket_id, message.origin_id) == (earlier.pk, inquiry.pk)
    assert "在吗" in page_of(customer, earlier)


def test_pictures_of_both_open_by_either_link(
    customer: Client, earlier: Inquiry, agent: User
) -> None:
    inquiry = ask(customer, files=[picture()])
    merge(inquiry, earlier, agent)
    file = Attachment.objects.get()
    for one in (inquiry, earlier):
        assert opens(customer, one, file)


@pytest.fixture
def elsewhere() -> Client:
    """Another browser, whose user types the same name and the same number."""
    return Client(headers={"accept-language": "en"})


def test_what_was_said_before_a_merge_shows_only_to_who_holds_that_link_too(
    customer: Client, elsewhere: Client, earlier: Inquiry, agent: User
) -> None:
    """Anyone can type anyone's name and number: neither side reads the other's past."""
    services.reply(earlier, text="王先生八百元", by=agent, at=timezone.now())
    services.customer_writes(
        earlier, text="我的地址", at=timezone.now(), files=[picture()]
    )
    inquiry = ask(elsewhere, text="几号送到")
    merge(inquiry, earlier, agent)
    elsewhere.post(path_of(inquiry, "write/"), {"text": "我也是王"})
    theirs, ours = page_of(elsewhere, inquiry), page_of(customer, earlier)
    for text in ("摄像机多少钱", "王先生八百元", "我的地址"):
        assert text not in theirs
        assert text in ours
    assert earlier.number not in theirs
    for text in ("几号送到", "我也是王"):
        assert text in theirs
        assert text not in ours
    assert "still reaches the colleague" in theirs
    file = Attachment.objects.get()
    assert opens(customer, earlier, file)
    assert not opens(elsewhere, inquiry, file)


@pytest.mark.clause("IN-24")
def test_who_holds_one_link_is_answered_there_and_sees_the_promise(
    customer: Client, elsewhere: Client, earlier: Inquiry, agent: User
) -> None:
    services.reply(earlier, text="八百元", by=agent, at=timezone.now())
    inquiry = ask(elsewhere, text="几号送到")
    merge(inquiry, earlier, agent)
    due = milliseconds(inquiry.clocks.get().due_at)
    assert f'data-due="{due}"' in page_of(elsewhere, inquiry)
    assert f'data-due="{due}"' not in page_of(customer, earlier)
    services.reply(earlier, text="三号送到", by=agent, at=timezone.now())
    services.customer_writes(earlier, text="好的", at=timezone.now())
    page = page_of(elsewhere, inquiry)
    assert "三号送到" in page
    assert "好的" not in page
    assert earlier.number not in page
    assert 'data-state="running"' not in page
    services.unmerge(inquiry, by=agent, at=timezone.now())
    services.reply(earlier, text="押金两千", by=agent, at=timezone.now())
    page = page_of(elsewhere, inquiry)
    assert "三号送到" in page
    assert "押金两千" not in page


@pytest.mark.clause("IN-56")
def test_the_link_in_a_follow_up_reaches_only_who_holds_that_conversation(
    customer: Client, elsewhere: Client, earlier: Inquiry, agent: User
) -> None:
    now = timezone.now()
    services.reply(earlier, text="八百元", by=agent, at=now)
    inquiry = ask(elsewhere, topic="operation_use", text="怎么用")
    services.reply(inquiry, text="这样用", by=agent, at=now)
    merge(inquiry, earlier, agent)
    finish(earlier, by=agent, at=timezone.now(), intent="clear", consent=True)
    services.send_follow_up(earlier, by=agent, at=timezone.now())
    assert "感谢您的咨询" in page_of(customer, earlier)
    page = page_of(elsewhere, inquiry)
    assert "感谢您的咨询" not in page
    assert thread_path(earlier) not in page


def test_another_person_of_the_same_phone_never_reads_the_other_conversation(
    customer: Client, earlier: Inquiry, agent: User
) -> None:
    other = Client(headers={"accept-language": "en"})
    inquiry = ask(other, surname="李", text="能开发票吗")
    merge(inquiry, earlier, agent)
    other.post(path_of(inquiry, "write/"), {"text": "我是李", "files": [picture()]})
    services.reply(earlier, text="王先生八百元", by=agent, at=timezone.now())
    message = Message.objects.get(text="我是李")
    assert (message.ticket_id, message.origin_id) == (earlier.pk, inquiry.pk)
    theirs, ours = page_of(other, inquiry), page_of(customer, earlier)
    for text, shown in (
        ("能开发票吗", theirs),
        ("我是李", theirs),
        ("摄像机多少钱", ours),
        ("王先生八百元", ours),
    ):
        assert text in shown
        assert text not in (theirs if shown is ours else ours)
    assert earlier.number not in theirs
    assert inquiry.number not in ours
    assert "still reaches the colleague" in theirs
    file = Attachment.objects.get()
    assert opens(customer, inquiry, file)
    assert not opens(customer, earlier, file)


def test_after_the_undoing_another_persons_words_still_stay_hidden(
    customer: Client, earlier: Inquiry, agent: User
) -> None:
    inquiry = ask(customer, surname="李", text="能开发票吗")
    merge(inquiry, earlier, agent)
    customer.post(path_of(inquiry, "write/"), {"text": "我是李"})
    services.unmerge(inquiry, by=agent, at=timezone.now())
    assert "我是李" not in page_of(customer, earlier)
    page = page_of(customer, inquiry)
    assert "我是李" in page
    assert 'data-state="running"' in page


def test_where_the_other_one_is_finished_one_is_asked_to_ask_anew(
    customer: Client, earlier: Inquiry, agent: User
) -> None:
    inquiry = ask(customer, topic="operation_use", surname="李", text="能开发票吗")
    merge(inquiry, earlier, agent)
    services.reply(earlier, text="八百元", by=agent, at=timezone.now())
    finish(earlier, by=agent, at=timezone.now())
    page = page_of(customer, inquiry)
    assert "Ask a new question" in page
    assert "72 hours" not in page
    response = customer.post(path_of(inquiry, "write/"), {"text": "在吗"})
    assert response.status_code == 409
    assert "在吗" in response.content.decode()
    assert not Message.objects.filter(text="在吗").exists()


@pytest.mark.clause("IN-24")
def test_the_page_counts_down_to_the_reply_that_is_owed_for_what_was_merged(
    customer: Client, earlier: Inquiry, agent: User
) -> None:
    services.reply(earlier, text="八百元", by=agent, at=timezone.now())
    assert 'data-state="running"' not in page_of(customer, earlier)
    inquiry = ask(customer, text="几号送到")
    merge(inquiry, earlier, agent)
    page = page_of(customer, earlier)
    due = milliseconds(inquiry.clocks.get().due_at)
    assert page.count('data-state="running"') == 1
    assert f'data-due="{due}"' in page
    services.reply(earlier, text="三号", by=agent, at=timezone.now())
    assert 'data-state="running"' not in page_of(customer, earlier)


def test_an_undone_merge_shows_each_customer_their_own_again(
    customer: Client, earlier: Inquiry, agent: User
) -> None:
    inquiry = ask(customer, text="几号送到")
    merge(inquiry, earlier, agent)
    services.unmerge(inquiry, by=agent, at=timezone.now())
    assert "几号送到" not in page_of(customer, earlier)
    assert "几号送到" in page_of(customer, inquiry)


def test_the_home_page_calls_a_merged_conversation_going_on(
    customer: Client, earlier: Inquiry, agent: User
) -> None:
    merge(ask(customer, text="几号送到"), earlier, agent)
    page = customer.get("/").content.decode()
    assert "Goes on" in page
    assert "Merged" not in page


def test_another_persons_page_offers_no_step_that_only_the_going_one_could_take(
    customer: Client, earlier: Inquiry, agent: User
) -> None:
    """Topics, faults and the closing answer are of the conversation that goes on."""
    inquiry = ask(customer, surname="李", text="能开发票吗")
    services.greet(inquiry, by=agent, at=timezone.now())
    page = page_of(customer, inquiry)
    assert 'id="topic-buttons"' in page
    merge(inquiry, earlier, agent)
    page = page_of(customer, inquiry)
    assert 'id="goes-elsewhere"' in page
    assert 'id="topic-buttons"' not in page
    assert 'id="no-more"' not in page
    for path, given in (
        ("topic/", {"topic": "after_sales"}),
        ("fault/", {"device": "CAM-06", "fault": "无画面", "urgency": "normal"}),
    ):
        response = customer.post(path_of(inquiry, path), given)
        assert response.status_code == 409, path
    # The one that the other conversation asks about as well stays behind.
    assert [topic.topic for topic in inquiry.topics.all()] == ["operation_use"]
    assert not inquiry.repair_requests.exists()
