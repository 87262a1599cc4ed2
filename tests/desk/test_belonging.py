"""What belongs together: suggested, linked, merged and taken apart at the desk."""

from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from helpdesk.desk.workspace import Workspace
from inquiries import services
from inquiries.models import Comparison, Inquiry, Merge, Quotation
from staff.models import Role, User
from tests.answering import settle
from tests.desk.test_conversation import picture
from tests.factories import InquiryFactory, UserFactory, department
from tests.finishing import finish
from tests.inquiries.snapshot import everything
from tickets.models import Message, Ticket, TicketLink
from tickets.services import links

pytestmark = pytest.mark.django_db
ENGLISH = {"Accept-Language": "en"}
HTMX = {"HX-Request": "true", **ENGLISH}
VERBS = ["link", "unlink", "merge", "unmerge"]


@pytest.fixture
def earlier(db: None) -> Inquiry:
    """Yesterday's open question of 王."""
    return InquiryFactory.create(at=timezone.now() - timedelta(days=1))


@pytest.fixture
def inquiry(earlier: Inquiry) -> Inquiry:
    """The question that 王 asks now."""
    return InquiryFactory.create(text="几号送到？", at=timezone.now())


def post(
    client: Client, inquiry: Inquiry, verb: str, *, htmx: bool = True, **data: Any
) -> HttpResponse:
    headers = HTMX if htmx else ENGLISH
    path = f"/desk/inquiries/{inquiry.number}/{verb}/"
    return client.post(path, data, headers=headers)  # type: ignore[return-value]


def part(client: Client, inquiry: Inquiry, name: str = "context") -> str:
    path = f"/desk/inquiries/{inquiry.number}/{name}/"
    return client.get(path, headers=ENGLISH).content.decode()


def slot(page: str, name: str) -> str:
    return page.partition(f'id="error-{name}"')[2].partition("</div>")[0]


def test_who_asks_anew_by_the_same_phone_is_suggested_with_one_click_each(
    desk: Client, inquiry: Inquiry, earlier: Inquiry
) -> None:
    page = part(desk, inquiry)
    assert "Same phone within 7 days" in page
    assert f'id="repeat-{earlier.number}"' in page
    for verb in ("link", "merge"):
        button = page.partition(f'id="{verb}-{earlier.number}"')[2].partition(">")[0]
        assert f'value="{earlier.number}"' in button
        assert f'hx-post="/desk/inquiries/{inquiry.number}/{verb}/"' in button


def test_a_link_is_made_shown_on_both_and_removed(
    desk: Client, inquiry: Inquiry, earlier: Inquiry
) -> None:
    assert post(desk, inquiry, "link", other=earlier.number).status_code == 200
    for one, other in ((inquiry, earlier), (earlier, inquiry)):
        page = part(desk, one)
        assert f'id="kin-linked-{other.number}"' in page
        assert f'id="repeat-{other.number}"' not in page
    assert post(desk, earlier, "unlink", other=inquiry.number).status_code == 200
    assert "kin-linked" not in part(desk, inquiry)


def test_after_a_merge_the_thread_says_where_it_goes_on_and_undoes_it(
    desk: Client, inquiry: Inquiry, earlier: Inquiry
) -> None:
    response = post(desk, inquiry, "merge", other=earlier.number)
    assert response.status_code == 200
    assert response["HX-Trigger"] == "desk:acted"
    page = response.content.decode()
    assert f'data-open="{earlier.number}"' in page
    assert "Undo the merge" in page
    assert "Same phone within 7 days" not in part(desk, inquiry)
    for button in ("act-take", "act-assign", "act-close", "step-greet"):
        assert f'id="{button}"' not in page
    post(desk, inquiry, "unmerge")
    assert 'id="step-greet"' in part(desk, inquiry, "thread")


def test_the_thread_that_goes_on_shows_both_with_their_origin_marked(
    desk: Client, agent: User, inquiry: Inquiry, earlier: Inquiry
) -> None:
    services.write_note(inquiry, text="老客户", by=agent, at=timezone.now())
    message = services.reply(
        inquiry, text="看图", by=agent, at=timezone.now(), files=[picture()]
    )
    post(desk, inquiry, "merge", other=earlier.number)
    page = part(desk, earlier, "thread")
    assert page.count('class="origin"') == 3
    places = [page.index(text) for text in ("两台摄像机", "几号送到", "老客户", "看图")]
    assert places == sorted(places)
    assert page.count("is-note") == 1
    file = message.attachments.get()
    path = f"/desk/inquiries/{inquiry.number}/files/{file.public_id}/"
    assert path in page
    assert desk.get(path, follow=True).getvalue().startswith(b"\x89PNG")


def test_a_merge_into_this_one_is_undone_from_here(
    desk: Client, inquiry: Inquiry, earlier: Inquiry
) -> None:
    post(desk, inquiry, "merge", other=earlier.number)
    assert f'id="kin-merged-{inquiry.number}"' in part(desk, earlier)
    response = post(desk, earlier, "unmerge", other=inquiry.number)
    assert response.status_code == 200
    assert f'data-url="/desk/inquiries/{earlier.number}/thread/"' in (
        response.content.decode()
    )
    inquiry.refresh_from_db()
    assert inquiry.status == "new"


def test_two_names_of_one_phone_ask_for_a_reason_and_an_answer_first(
    desk: Client, agent: User, earlier: Inquiry
) -> None:
    inquiry = InquiryFactory.create(surname="李", at=timezone.now())
    page = part(desk, inquiry)
    button = page.partition(f'id="merge-{earlier.number}"')[2].partition(">")[0]
    assert 'popovertarget="belong"' in button
    assert f'data-other="{earlier.number}"' in button
    response = post(desk, inquiry, "merge", other=earlier.number, reason=" ")
    assert response.status_code == 422
    assert "please say why" in slot(response.content.decode(), "reason")
    assert not Merge.objects.exists()
    response = post(desk, inquiry, "merge", other=earlier.number, reason="同一公司")
    assert response.status_code == 409
    assert "Answer here first" in response.content.decode()
    services.reply(inquiry, text="能。", by=agent, at=timezone.now())
    post(desk, inquiry, "merge", other=earlier.number, reason="同一公司")
    assert "同一公司" in part(desk, earlier)


@pytest.mark.parametrize("htmx", [True, False])
@pytest.mark.parametrize("verb", ["link", "unlink", "merge"])
@pytest.mark.parametrize("other", ["", "IN20269999XXXXXX", "x\0", "9" * 900, "字<b>"])
def test_a_wrong_number_is_refused_beside_the_field_and_kept(
    desk: Client, inquiry: Inquiry, verb: str, other: str, *, htmx: bool
) -> None:
    before = everything()
    response = post(desk, inquiry, verb, htmx=htmx, other=other)
    assert response.status_code == 422
    page = response.content.decode()
    assert "<li>" in slot(page, "other")
    assert "<b>" not in page
    assert everything() == before


def test_what_has_ended_is_refused_with_the_reason(
    desk: Client, agent: User, inquiry: Inquiry, earlier: Inquiry
) -> None:
    services.reply(earlier, text="好", by=agent, at=timezone.now())
    finish(earlier, by=agent, at=timezone.now())
    assert f'id="merge-{earlier.number}"' not in part(desk, inquiry)
    response = post(desk, inquiry, "merge", other=earlier.number)
    assert response.status_code == 409
    assert "Reopen it first" in slot(response.content.decode(), "form")


def test_without_a_script_every_verb_answers_with_303(
    desk: Client, inquiry: Inquiry, earlier: Inquiry
) -> None:
    for verb in ("link", "unlink", "merge"):
        response = post(desk, inquiry, verb, htmx=False, other=earlier.number)
        assert response.status_code == 303, verb
    assert post(desk, inquiry, "unmerge", htmx=False).status_code == 303
    assert list(inquiry.events.values_list("verb", flat=True))[-4:] == [
        "linked",
        "unlinked",
        "merged",
        "unmerged",
    ]


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.AGENT, 200),
        (Role.SUPERVISOR, 200),
        (Role.MANAGER, 200),
        (Role.ADMINISTRATOR, 200),
        (Role.DEPARTMENT_HANDLER, 403),
    ],
)
def test_who_merges_and_undoes(
    client: Client, inquiry: Inquiry, earlier: Inquiry, role: Role, status: int
) -> None:
    Ticket.objects.update(department=department("technical_support"))
    client.force_login(UserFactory.create(role=role))
    other = earlier.number
    assert post(client, inquiry, "merge", other=other).status_code == status
    undo = post(client, earlier, "unmerge", other=inquiry.number)
    assert undo.status_code == status
    for verb in ("link", "unlink"):
        assert post(client, inquiry, verb, other=other).status_code == 200


@pytest.mark.parametrize("verb", VERBS)
def test_get_changes_nothing_and_what_one_may_not_see_cannot_be_named(
    client: Client,
    handler: User,
    agent: User,
    inquiry: Inquiry,
    earlier: Inquiry,
    verb: str,
) -> None:
    client.force_login(agent)
    path = f"/desk/inquiries/{inquiry.number}/{verb}/"
    assert client.get(path).status_code == 405
    client.force_login(handler)
    assert post(client, inquiry, verb, other=earlier.number).status_code == 404
    Ticket.objects.filter(pk=inquiry.pk).update(department=handler.department)
    response = post(client, inquiry, verb, other=earlier.number)
    assert response.status_code == 422
    assert "There is no ticket with this number" in response.content.decode()
    assert not TicketLink.objects.exists()


def test_the_row_filter_holds_for_suggestions_links_merges_and_history(
    client: Client, handler: User, agent: User, inquiry: Inquiry, earlier: Inquiry
) -> None:
    Ticket.objects.filter(pk=earlier.pk).update(department=handler.department)
    client.force_login(handler)
    assert inquiry.number not in part(client, earlier)
    now = timezone.now()
    links.link(inquiry, to=earlier, by=agent, at=now)
    services.merge(inquiry, into=earlier, by=agent, at=now)
    for name in ("context", "thread"):
        page = part(client, earlier, name)
        assert inquiry.number not in page
        assert "几号送到" not in page
    services.customer_writes(inquiry, text="补充一句", at=now)
    page = part(client, earlier, "thread")
    assert "补充一句" in page
    assert inquiry.number not in page
    Ticket.objects.filter(pk=inquiry.pk).update(department=handler.department)
    Ticket.objects.filter(pk=earlier.pk).update(department=None)
    for name in ("context", "thread"):
        assert earlier.number not in part(client, inquiry, name)
    client.force_login(agent)
    assert inquiry.number in part(client, earlier)


def test_rows_are_marked(
    desk: Client, agent: User, inquiry: Inquiry, earlier: Inquiry
) -> None:
    assert "row-mark" not in desk.get("/desk/list/").content.decode()
    links.link(inquiry, to=earlier, by=agent, at=timezone.now())
    page = desk.get("/desk/list/", headers=ENGLISH).content.decode()
    assert page.count("Linked to others</span>") == 2
    services.merge(inquiry, into=earlier, by=agent, at=timezone.now())
    page = desk.get("/desk/list/", headers=ENGLISH).content.decode()
    assert page.count("Others are merged into it</span>") == 1
    page = desk.get("/desk/list/?view=closed", headers=ENGLISH).content.decode()
    assert "status-word is-merged" in page


@pytest.mark.parametrize("others", [1, 4])
def test_the_pane_costs_the_same_however_much_belongs_together(
    desk: Client,
    agent: User,
    inquiry: Inquiry,
    earlier: Inquiry,
    django_assert_num_queries: DjangoAssertNumQueries,
    others: int,
) -> None:
    """On top of an inquiry alone: whose links and merges one sees, and who is named."""
    now = timezone.now()
    for number in range(others):
        at = now - timedelta(minutes=number)
        links.link(InquiryFactory.create(at=at), to=earlier, by=agent, at=now)
        merged = InquiryFactory.create(at=at)
        services.merge(merged, into=earlier, by=agent, at=now)
    with django_assert_num_queries(22):
        desk.get(f"/desk/inquiries/{earlier.number}/context/")
    with django_assert_num_queries(10):
        desk.get(f"/desk/inquiries/{earlier.number}/thread/")


@pytest.mark.clause("IN-24")
def test_the_reply_that_is_owed_for_a_merged_one_bears_its_number(
    desk: Client, agent: User, inquiry: Inquiry, earlier: Inquiry
) -> None:
    services.merge(inquiry, into=earlier, by=agent, at=timezone.now())
    tag = f'<span class="tag">{inquiry.number}</span>'
    assert tag in part(desk, earlier, "clocks")


@pytest.mark.clause("IN-35", "IN-37", "IN-41", "IN-46")
def test_what_was_done_on_a_merged_one_stands_in_the_context_and_the_panels(
    desk: Client, agent: User, inquiry: Inquiry, earlier: Inquiry
) -> None:
    now = timezone.now()
    services.greet(inquiry, by=agent, at=now)
    for topic in ("device_selection", "rental_price", "contract_terms", "after_sales"):
        settle(inquiry, topic, by=agent, at=now)
    compared, quoted = Comparison.objects.get(), Quotation.objects.get()
    services.merge(inquiry, into=earlier, by=agent, at=timezone.now())
    assert "几号送到？" in part(desk, earlier, "devices")
    words = Message.objects.get(text="几号送到？")
    response = post(
        desk,
        earlier,
        "devices/choice",
        comparison=str(compared.pk),
        code=compared.codes[0],
        message=str(words.pk),
    )
    assert response.status_code == 200
    page = part(desk, earlier)
    assert "chosen in words" in page
    assert quoted.number in page
    workspace = Workspace.of(earlier.number, user=agent, at=timezone.now())
    assert [sent.state for sent in workspace.quotations] == ["valid"]
    asked = workspace.asked
    assert asked.explanation is not None
    assert asked.facts_told is not None
    settle(earlier, "rental_price", by=agent, at=timezone.now())
    workspace = Workspace.of(earlier.number, user=agent, at=timezone.now())
    states = [(it.quotation.version, it.state) for it in workspace.quotations]
    assert states == [(2, "valid"), (1, "superseded")]
