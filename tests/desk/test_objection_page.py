"""An open objection at the desk: next step, form, hand-over, what belongs to it."""

import re
import uuid
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from inquiries import services as inquiry_services
from objections import services
from objections.facts import facts_of
from objections.models import Objection
from staff.models import Role, User
from tests.factories import AT, InquiryFactory, UserFactory, channel
from tests.objections.cases import FEE, QUALITY, filed, handed, handler_of, recorded
from tests.objections.test_investigating import CONCLUSION, waive_all
from tickets.models import Direction, Event, TicketLink

pytestmark = pytest.mark.django_db

# Session, person, objection, its clocks, hand-offs and demands, messages, files ...
THREAD_QUERIES = 9
# ... the clocks' records, repeats, versions of the form, links, what is similar, and
# the history: events, clock events, people, departments, complaints outside ...
CONTEXT_QUERIES = 19
# ... scripts and colleagues
WORKSPACE_QUERIES = 21

ENGLISH = {"Accept-Language": "en"}
HTMX = {"HX-Request": "true", **ENGLISH}


def where(objection: Objection, name: str = "") -> str:
    return f"/desk/objections/{objection.number}/{name}"


def press(client: Client, objection: Objection, name: str, **given: Any) -> Any:
    return client.post(where(objection, f"{name}/"), given, headers=HTMX)


def bar(client: Client, objection: Objection) -> tuple[str | None, str]:
    """The step of the bar, and what the bar shows."""
    answer = client.get(where(objection, "thread/"), headers=ENGLISH)
    shown = answer.content.decode()
    found = re.search(r'<div class="next-step.*?</div>', shown, re.DOTALL)
    assert found is not None
    step = answer.context["workspace"].next_step
    return (str(step) if step else None), found[0]


def form_of(objection: Objection, **changes: Any) -> dict[str, Any]:
    """The handling form as a browser sends it back."""
    facts = facts_of(objection)
    return {
        "type": facts.type,
        "subtype": f"{facts.type}.{facts.subtype}" if facts.subtype else "",
        "description": facts.description,
        "demands": [asked.kind for asked in facts.demands],
        "device_model": facts.device_model,
        "order_number": facts.order_number,
        "occurred_at": "2026-11-22T20:00" if facts.occurred_at else "",
        "account_number": facts.account_number,
        **changes,
    }


@pytest.mark.clause("OB-36", "OB-37", "OB-42", "OB-43", "OB-44", "OB-45")
def test_the_bar_leads_from_receipt_to_the_departments(
    desk: Client, agent: User
) -> None:
    objection = filed(
        QUALITY, by=agent, code="email", at=timezone.now(), account_number=""
    )
    assert bar(desk, objection)[0] == "acknowledge"
    press(desk, objection, "acknowledge")
    step, shown = bar(desk, objection)
    assert (step, "Missing: Account number" in shown) == ("correct", True)
    press(desk, objection, "correct", **form_of(objection, account_number="A-1"))
    assert bar(desk, objection)[0] == "record"
    press(desk, objection, "record", client_token=str(uuid.uuid4()))
    step, shown = bar(desk, objection)
    assert step == "hand_off"
    assert "Technical support, Warehouse and logistics" in shown
    press(
        desk,
        objection,
        "hand-over",
        lead="technical_support",
        departments=["warehouse_logistics"],
    )
    step, shown = bar(desk, objection)
    assert (step, "Waiting for acceptance:" in shown) == (None, True)
    objection.refresh_from_db()
    assert (objection.status, objection.assignee) == ("handed_off", agent)
    handler = handler_of("warehouse_logistics")
    theirs = Client()
    theirs.force_login(handler)
    step, shown = bar(theirs, objection)
    assert (step, shown.count("btn-primary")) == ("accept", 1)
    press(theirs, objection, "accept")
    shown = bar(desk, objection)[1]
    assert "Waiting for acceptance:" in shown
    assert "Accepted:" in shown


def test_every_button_pressed_twice_counts_once(desk: Client) -> None:
    objection = filed(QUALITY, at=timezone.now())
    steps: list[tuple[str, dict[str, Any]]] = [
        ("acknowledge", {}),
        ("record", {}),
        ("note", {"text": "内部", "client_token": str(uuid.uuid4())}),
        ("reply", {"text": "好的", "client_token": str(uuid.uuid4())}),
        (
            "hand-over",
            {"lead": "technical_support", "departments": ["warehouse_logistics"]},
        ),
    ]
    for step, given in steps:
        assert press(desk, objection, step, **given).status_code == 200, step
        events = Event.objects.filter(ticket=objection).count()
        said = objection.messages.count()
        assert press(desk, objection, step, **given).status_code == 200, step
        assert Event.objects.filter(ticket=objection).count() == events, step
        assert objection.messages.count() == said, step
    assert objection.handoffs.count() == 2


@pytest.mark.clause("OB-39")
def test_another_type_than_the_customer_chose_needs_a_reason_and_keeps_the_choice(
    desk: Client,
) -> None:
    objection = filed(QUALITY, at=timezone.now())
    sent = form_of(objection, type="fee", subtype="fee.invoice", amount="¥1,200.50")
    refused = press(desk, objection, "correct", **sent)
    assert refused.status_code == 422
    assert 'id="error-correct-reason"' in refused.content.decode()
    objection.refresh_from_db()
    assert objection.type == "quality"
    press(desk, objection, "correct", **sent, reason="其实是发票问题")
    objection.refresh_from_db()
    assert (objection.type, objection.subtype.code) == ("fee", "invoice")  # type: ignore[union-attr]
    assert objection.amount == Decimal("1200.50")
    assert objection.customer_type == "quality"
    shown = desk.get(where(objection, "context/"), headers=ENGLISH).content.decode()
    assert "the customer chose: Quality of the device · Does not work" in shown


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"occurred_at": "yesterday"}, "occurred_at"),
        ({"occurred_at": "2999-01-01T00:00"}, "occurred_at"),
        ({"occurred_at": "0001-01-01T00:00"}, "occurred_at"),
        ({"shows_at": "9999-12-31T23:59"}, "shows_at"),
        ({"amount": "many"}, "amount"),
        ({"amount": "-1"}, "amount"),
        ({"amount": "1.234"}, "amount"),
        ({"amount": "NaN"}, "amount"),
        ({"amount": "1e99999"}, "amount"),
        ({"type": "x"}, "type"),
        ({"subtype": "fee.invoice"}, "subtype"),
        ({"subtype": "x"}, "subtype"),
        ({"demands": ["refund"], "amount_refund": "0"}, "demands"),
        ({"demands": ["x"]}, "demands"),
        ({"description": ""}, "description"),
        ({"description": "a\0b"}, "description"),
        ({"named_colleague": "no such"}, "named_colleague"),
        ({"phase": "x"}, "phase"),
        ({"order_number": "9" * 99}, "order_number"),
    ],
)
def test_nonsense_in_the_form_is_refused_beside_its_field_and_nothing_changes(
    desk: Client, changes: dict[str, Any], field: str
) -> None:
    objection = filed(QUALITY, at=timezone.now())
    before = facts_of(objection)
    answer = press(desk, objection, "correct", **form_of(objection, **changes))
    assert answer.status_code == 422
    slot = re.search(
        rf'id="error-correct-{field}"[^>]*>(.*?)</div>',
        answer.content.decode(),
        re.DOTALL,
    )
    assert slot is not None
    assert "field-errors" in slot[1]
    objection = Objection.objects.get(pk=objection.pk)
    assert facts_of(objection) == before
    page = desk.post(where(objection, "correct/"), form_of(objection, **changes))
    assert page.status_code == 422
    assert "Sony FX3" in page.content.decode()


def test_a_form_sent_back_as_it_was_changes_nothing_not_even_the_seconds(
    desk: Client,
) -> None:
    moment = timezone.now().replace(microsecond=0) - timedelta(hours=3, seconds=7)
    objection = filed(QUALITY, at=timezone.now(), occurred_at=moment)
    events = Event.objects.filter(ticket=objection).count()
    local = timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M")
    sent = form_of(objection, occurred_at=local)
    assert press(desk, objection, "correct", **sent).status_code == 200
    objection.refresh_from_db()
    assert objection.occurred_at == moment
    assert Event.objects.filter(ticket=objection).count() == events


def test_a_number_that_was_not_known_is_added_with_the_form(
    desk: Client, agent: User
) -> None:
    objection = filed(QUALITY, by=agent, code="hotline", at=timezone.now(), phone="")
    assert "phone" in desk.get(where(objection, "correct/")).context["form"].fields
    refused = press(desk, objection, "correct", **form_of(objection, phone="12"))
    assert refused.status_code == 422
    press(desk, objection, "correct", **form_of(objection, phone="13800138000"))
    objection.refresh_from_db()
    assert objection.customer.phone_tail == "8000"
    assert "phone" not in desk.get(where(objection, "correct/")).context["form"].fields


@pytest.mark.clause("OB-45")
@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "departments"),
        ({"departments": ["finance"]}, "departments"),
        ({"lead": "nowhere"}, "departments"),
        ({"lead": "finance"}, "reason"),
        (
            {"lead": "warehouse_logistics", "departments": ["technical_support"]},
            "reason",
        ),
    ],
)
def test_elsewhere_than_the_policy_names_only_with_a_reason(
    desk: Client, agent: User, given: dict[str, Any], field: str
) -> None:
    objection = recorded(QUALITY, by=agent, at=timezone.now())
    answer = press(desk, objection, "hand-over", **given)
    assert answer.status_code == 422
    assert f'id="error-hand-over-{field}"' in answer.content.decode()
    assert not objection.handoffs.exists()
    if field == "reason":
        press(desk, objection, "hand-over", **given, reason="客户的账单问题为主")
        assert objection.handoffs.get(part="lead").department.code == given["lead"]


@pytest.mark.clause("OB-06")
def test_what_came_back_says_why_and_the_second_time_needs_a_supervisor(
    desk: Client, agent: User
) -> None:
    objection = recorded(FEE, by=agent, at=timezone.now())
    handler = handler_of("finance")
    theirs = Client()
    theirs.force_login(handler)
    for _ in range(2):
        services.hand_off(
            objection,
            by=UserFactory.create(role=Role.SUPERVISOR),
            at=timezone.now(),
        )
        refused = press(theirs, objection, "return", reason=" ")
        assert refused.status_code == 422
        done = press(theirs, objection, "return", reason="合同条款的问题")
        assert done.status_code == 200
        if objection.handoffs.count() == 1:
            shown = bar(desk, objection)[1]
            assert "Finance returned it: 合同条款的问题" in shown
    step, shown = bar(desk, objection)
    assert step is None
    assert "a supervisor hands it over now" in shown
    assert press(desk, objection, "hand-over", lead="finance").status_code == 403


def test_the_context_shows_facts_reasons_broadcast_and_history(
    desk: Client, agent: User
) -> None:
    shows_at = timezone.now() + timedelta(hours=30)
    objection = filed(QUALITY, at=timezone.now(), shows_at=shows_at, on_air=True)
    services.acknowledge(objection, by=agent, at=timezone.now())
    services.record(objection, by=agent, at=timezone.now())
    services.hand_off(objection, by=agent, at=timezone.now())
    shown = desk.get(where(objection, "context/"), headers=ENGLISH).content.decode()
    for words in (
        "Sony FX3",
        "ORD-1",
        "a broadcast is running",
        "Broadcast",
        f'data-due="{round(shows_at.timestamp() * 1000)}"',
        "1 frozen version",
        "Handed off",
        "Technical support, Warehouse and logistics",
        "not accepted yet",
    ):
        assert words in shown, words


def test_similar_objections_are_suggested_and_linked(desk: Client) -> None:
    first = filed(QUALITY, at=timezone.now(), phone="13912345678", serial_number="S-1")
    again = filed(QUALITY, at=timezone.now(), serial_number="S-1")
    other = filed(FEE, at=timezone.now(), phone="13712345678")
    context = desk.get(where(again, "context/"), headers=ENGLISH).context
    workspace = context["workspace"]
    assert [(it.objection, it.reasons) for it in workspace.similar] == [
        (first, ["same order", "same device", "same subtype and model"])
    ]
    assert workspace.sheet.is_repeated
    press(desk, again, "link", other=first.number)
    press(desk, again, "link", other=other.number.lower())
    assert TicketLink.objects.standing().count() == 2
    fresh = desk.get(where(again, "context/")).context["workspace"]
    assert (len(fresh.linked), fresh.similar) == (2, [])
    press(desk, again, "unlink", other=first.number)
    assert TicketLink.objects.standing().count() == 1
    assert press(desk, again, "link", other="OB00000000").status_code == 422


def test_the_full_number_is_shown_once_and_for_a_reason(desk: Client) -> None:
    objection = filed(at=timezone.now())
    assert "138 0013 8000" not in desk.get(where(objection)).content.decode()
    assert press(desk, objection, "reveal", reason="").status_code == 422
    shown = press(desk, objection, "reveal", reason="核对设备序列号")
    assert "138 0013 8000" in shown.content.decode()


def test_a_forbidden_phrase_is_not_sent_and_the_text_is_kept(desk: Client) -> None:
    objection = filed(at=timezone.now())
    said = objection.messages.count()
    answer = press(desk, objection, "reply", text="这不归我管")
    assert answer.status_code in {409, 422}
    assert objection.messages.count() == said
    page = desk.post(where(objection, "reply/"), {"text": "这不归我管"})
    assert (page.status_code, "这不归我管" in page.content.decode()) == (422, True)


@pytest.mark.parametrize("messages", [1, 15])
def test_an_open_objection_costs_the_same_however_much_there_is(
    desk: Client,
    agent: User,
    django_assert_num_queries: DjangoAssertNumQueries,
    messages: int,
) -> None:
    objection = handed(QUALITY, by=agent)
    for number in range(messages):
        services.reply(objection, text=str(number), by=agent, at=timezone.now())
        filed(QUALITY, at=timezone.now())
    with django_assert_num_queries(THREAD_QUERIES):
        desk.get(where(objection, "thread/"))
    with django_assert_num_queries(CONTEXT_QUERIES):
        desk.get(where(objection, "context/"))
    with django_assert_num_queries(WORKSPACE_QUERIES):
        desk.get(where(objection), headers=HTMX)


@pytest.mark.clause("OB-31", "OB-38", "OB-40")
class TestFiling:
    """An objection that a colleague takes down."""

    PAGE = "/desk/objections/file/"

    def written(self, **changes: Any) -> dict[str, Any]:
        return {
            "channel": "hotline",
            "surname": "王",
            "phone": "",
            "description": "设备坏了",
            "client_token": str(uuid.uuid4()),
            **changes,
        }

    def test_only_what_is_known_is_needed(self, desk: Client, agent: User) -> None:
        answer = desk.post(self.PAGE, self.written())
        objection = Objection.objects.get()
        assert (answer.status_code, answer["Location"]) == (303, where(objection))
        assert (objection.status, objection.filed_by) == ("received", agent)
        assert (objection.type, objection.channel.code) == ("", "hotline")

    def test_whoever_talks_to_the_customer_has_answered(
        self, desk: Client, agent: User
    ) -> None:
        desk.post(self.PAGE, self.written(talking="on"))
        objection = Objection.objects.get()
        assert (objection.status, objection.assignee) == ("acknowledged", agent)
        assert not objection.messages.filter(direction=Direction.OUT).exists()

    def test_a_letter_counts_from_its_receipt(self, desk: Client) -> None:
        came = timezone.localtime(timezone.now() - timedelta(days=1))
        came = came.replace(second=0, microsecond=0)
        sent = self.written(
            channel="email", received_at=came.strftime("%Y-%m-%dT%H:%M")
        )
        desk.post(self.PAGE, sent)
        objection = Objection.objects.get()
        assert objection.received_at == came
        clock = objection.clocks.get(metric="acknowledgement")
        assert clock.started_at == came

    def test_the_subtype_alone_says_the_type(self, desk: Client) -> None:
        desk.post(self.PAGE, self.written(subtype="return.other"))
        assert Objection.objects.get().type == "return"

    def test_sent_twice_it_is_filed_once(self, desk: Client) -> None:
        sent = self.written()
        first, second = desk.post(self.PAGE, sent), desk.post(self.PAGE, sent)
        assert first["Location"] == second["Location"]
        assert Objection.objects.count() == 1

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"channel": ""}, "channel"),
            ({"channel": "onsite"}, "channel"),
            ({"channel": "x\0"}, "channel"),
            ({"surname": ""}, "surname"),
            ({"phone": "12"}, "phone"),
            ({"description": " "}, "description"),
            ({"received_at": "2999-01-01T00:00"}, "received_at"),
            ({"received_at": "0001-01-01T00:00"}, "received_at"),
            ({"received_at": "soon"}, "received_at"),
            ({"store": "nowhere"}, "store"),
            ({"amount": "x"}, "amount"),
        ],
    )
    def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(
        self, desk: Client, changes: dict[str, str], field: str
    ) -> None:
        answer = desk.post(self.PAGE, self.written(order_number="ORD-77", **changes))
        assert answer.status_code == 422
        shown = answer.content.decode()
        assert answer.context["slots"][field]
        assert "ORD-77" in shown
        assert not Objection.objects.exists()

    @pytest.mark.parametrize("role", list(Role))
    def test_who_files(self, client: Client, role: Role) -> None:
        client.force_login(UserFactory.create(role=role))
        allowed = role in {
            *(Role.AGENT, Role.SUPERVISOR, Role.MANAGER, Role.ADMINISTRATOR),
        }
        codes = (
            client.get(self.PAGE).status_code,
            client.post(self.PAGE, self.written()).status_code,
        )
        assert codes == ((200, 303) if allowed else (403, 403))
        assert Objection.objects.count() == int(allowed)


class TestConversion:
    """A conversation that becomes an objection."""

    def test_nothing_that_was_said_is_asked_again(
        self, desk: Client, agent: User
    ) -> None:
        inquiry = InquiryFactory.create(text="补光灯不亮", at=timezone.now())
        page = f"/desk/inquiries/{inquiry.number}/objection/"
        assert desk.get(page).status_code == 404  # the customer has no answer yet
        inquiry_services.reply(inquiry, text="在", by=agent, at=timezone.now())
        inquiry_services.customer_writes(inquiry, text="要赔!", at=timezone.now())
        form = desk.get(page).context["form"]
        assert form["description"].value() == "补光灯不亮\n要赔!"
        answer = desk.post(page, {"description": "补光灯不亮", "type": "quality"})
        objection = Objection.objects.get()
        assert (answer.status_code, answer["Location"]) == (303, where(objection))
        assert desk.post(page, {"description": "x"})["Location"] == where(objection)
        assert desk.get(page)["Location"] == where(objection)
        assert objection.from_inquiry == inquiry
        shown = desk.get(where(objection, "context/")).content.decode()
        assert "要赔!" in shown
        assert f"/desk/inquiries/{inquiry.number}/" in shown
        thread = desk.get(f"/desk/inquiries/{inquiry.number}/thread/")
        assert objection.number in thread.content.decode()

    def test_a_handler_who_may_not_see_the_inquiry_sees_nothing_of_it(
        self, desk: Client, agent: User
    ) -> None:
        inquiry = InquiryFactory.create(text="只给客服看", at=timezone.now())
        inquiry_services.reply(inquiry, text="在", by=agent, at=timezone.now())
        objection = services.convert(
            inquiry,
            facts=replace(QUALITY),
            by=agent,
            at=timezone.now(),
        )
        services.record(objection, by=agent, at=timezone.now())
        services.hand_off(objection, by=agent, at=timezone.now())
        theirs = Client()
        theirs.force_login(handler_of("technical_support"))
        shown = theirs.get(where(objection)).content.decode()
        assert objection.number in shown
        assert "只给客服看" not in shown
        assert inquiry.number not in shown

    def test_a_refused_form_keeps_what_was_written(
        self, desk: Client, agent: User
    ) -> None:
        inquiry = InquiryFactory.create(at=timezone.now())
        inquiry_services.reply(inquiry, text="在", by=agent, at=timezone.now())
        page = f"/desk/inquiries/{inquiry.number}/objection/"
        answer = desk.post(page, {"description": "", "order_number": "ORD-77"})
        assert answer.status_code == 422
        assert "ORD-77" in answer.content.decode()
        inquiry.refresh_from_db()
        assert inquiry.status == "answered" or not inquiry.has_ended


class TestHandovers:
    """The departments' queue."""

    PAGE = "/desk/handovers/"

    def signed_in(self, user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    @pytest.mark.parametrize("role", list(Role))
    def test_who_has_a_queue(self, client: Client, role: Role) -> None:
        client.force_login(UserFactory.create(role=role))
        answer = client.get(self.PAGE)
        assert answer.status_code == (404 if role == Role.AGENT else 200)

    @pytest.mark.clause("OB-06", "OB-46")
    def test_a_department_accepts_and_returns_in_place(self, agent: User) -> None:
        first, second = handed(QUALITY), handed(QUALITY, phone="13912345678")
        theirs = self.signed_in(handler_of("technical_support"))
        queue = theirs.get(self.PAGE).context["queue"]
        waiting = {row.handoff.objection_id: row.handoff for row in queue.waiting}
        assert set(waiting) == {first.pk, second.pk}
        accept = f"{self.PAGE}{waiting[first.pk].pk}/accept/"
        for _ in range(2):
            done = theirs.post(accept, headers=HTMX)
            assert done.status_code == 200
        fresh = theirs.get(self.PAGE).context["queue"]
        assert [row.handoff.objection_id for row in fresh.investigating] == [first.pk]
        back = f"{self.PAGE}{waiting[second.pk].pk}/return/"
        refused = theirs.post(back, {"reason": ""}, headers=HTMX)
        assert refused.status_code == 422
        assert 'id="error-return-reason"' in refused.content.decode()
        assert theirs.post(back, {"reason": "不归我们"}).status_code == 303
        fresh = theirs.get(self.PAGE).context["queue"]
        assert fresh.waiting == []

    def test_what_is_concluded_leaves_the_queue(self) -> None:
        objection = handed(FEE)
        handler = handler_of("finance")
        services.accept(objection.handoffs.get(), by=handler, at=AT)
        waive_all(objection, by=handler)
        theirs = self.signed_in(handler)
        assert len(theirs.get(self.PAGE).context["queue"].investigating) == 1
        services.conclude(objection, **CONCLUSION, by=handler, at=AT)
        assert theirs.get(self.PAGE).context["queue"].investigating == []

    def test_another_departments_hand_off_is_a_404(self) -> None:
        objection = handed(FEE)
        handoff = objection.handoffs.get()
        theirs = self.signed_in(handler_of("technical_support"))
        for verb in ("accept", "return"):
            answer = theirs.post(f"{self.PAGE}{handoff.pk}/{verb}/", {"reason": "x"})
            assert answer.status_code == 404
        assert theirs.get(self.PAGE).context["queue"].waiting == []
        handoff.refresh_from_db()
        assert (handoff.accepted_at, handoff.returned_at) == (None, None)

    def test_the_nearest_deadline_stands_first(self) -> None:
        later = handed(QUALITY, phone="13912345678")
        sooner = handed(QUALITY)
        clock = sooner.handoffs.get(department__code="technical_support").clock
        assert clock is not None
        clock.due_at = clock.due_at - timedelta(minutes=30)
        clock.save(update_fields=["due_at"])
        theirs = self.signed_in(handler_of("technical_support"))
        queue = theirs.get(self.PAGE).context["queue"]
        assert [row.handoff.objection_id for row in queue.waiting] == [
            sooner.pk,
            later.pk,
        ]

    @pytest.mark.parametrize("objections", [1, 8])
    def test_the_queue_costs_the_same_for_one_and_for_many(
        self, objections: int, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        for _ in range(objections):
            handed(QUALITY)
        theirs = self.signed_in(handler_of("technical_support"))
        with django_assert_num_queries(6):
            answer = theirs.get(self.PAGE, headers=HTMX)
        assert isinstance(answer, HttpResponse)

    def test_nonsense_in_the_address_is_a_404(self) -> None:
        theirs = self.signed_in(handler_of("technical_support"))
        for pk in ("0", "9" * 30):
            assert theirs.post(f"{self.PAGE}{pk}/accept/").status_code == 404


def test_a_store_desk_keeps_its_place_for_the_next_customer(desk: Client) -> None:
    assert channel("store").takes_objections
    sent = TestFiling().written(channel="store")
    desk.post(TestFiling.PAGE, sent)
    form = desk.get(TestFiling.PAGE).context["form"]
    assert form["channel"].value() == "store"
