"""Tickets that belong together: linked, and unlinked again, by who sees both."""

from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from inquiries.models import Inquiry
from staff.models import Role, User
from tests.factories import InquiryFactory, UserFactory, department
from tests.inquiries.snapshot import everything
from tests.instants import after
from tickets.models import Event, Ticket, TicketLink
from tickets.services import events, links

pytestmark = pytest.mark.django_db
Verb = Callable[..., object]


@pytest.fixture
def agent() -> User:
    return UserFactory.create()


@pytest.fixture
def pair() -> tuple[Inquiry, Inquiry]:
    return InquiryFactory.create(), InquiryFactory.create(surname="李", phone="")


def handler() -> User:
    return UserFactory.create(
        role=Role.DEPARTMENT_HANDLER, department=department("finance")
    )


def test_a_link_is_seen_from_both_sides_and_told_in_both_histories(
    agent: User, pair: tuple[Inquiry, Inquiry]
) -> None:
    one, other = pair
    links.link(other, to=one, by=agent, at=after(5))
    assert [found.pk for found in links.linked_to(one, by=agent)] == [other.pk]
    assert [found.pk for found in links.linked_to(other, by=agent)] == [one.pk]
    told = Event.objects.filter(verb="linked").order_by("ticket_id")
    assert [(e.ticket_id, e.actor, e.at, e.data) for e in told] == [
        (one.pk, agent, after(5), {"other": other.number}),
        (other.pk, agent, after(5), {"other": one.number}),
    ]
    for ticket in Ticket.objects.all():
        assert events.broken_links(ticket) == []


def test_linking_twice_from_either_side_is_one_link(
    agent: User, pair: tuple[Inquiry, Inquiry]
) -> None:
    one, other = pair
    first = links.link(one, to=other, by=agent, at=after(5))
    before = everything()
    assert links.link(other, to=one, by=UserFactory.create(), at=after(6)) == first
    assert everything() == before
    assert TicketLink.objects.count() == 1


def test_a_link_is_removed_kept_on_record_and_made_again(
    agent: User, pair: tuple[Inquiry, Inquiry]
) -> None:
    one, other = pair
    links.link(one, to=other, by=agent, at=after(5))
    assert links.unlink(other, to=one, by=agent, at=after(6)) is True
    assert links.linked_to(one, by=agent) == []
    before = everything()
    assert links.unlink(other, to=one, by=agent, at=after(7)) is False
    assert everything() == before
    links.link(one, to=other, by=agent, at=after(8))
    kept = TicketLink.objects.order_by("pk").values_list("linked_at", "removed_at")
    assert list(kept) == [(after(5), after(6)), (after(8), None)]
    verbs = one.events.values_list("verb", flat=True)
    assert list(verbs)[-3:] == ["linked", "unlinked", "linked"]


@pytest.mark.parametrize("verb", [links.link, links.unlink])
def test_a_ticket_is_never_linked_to_itself(
    agent: User, pair: tuple[Inquiry, Inquiry], verb: Verb
) -> None:
    before = everything()
    with pytest.raises(ValidationError) as refusal:
        verb(pair[0], to=pair[0], by=agent, at=after(5))
    assert set(refusal.value.error_dict) == {"other"}
    assert everything() == before


@pytest.mark.parametrize("sees", ["one", "other", "neither"])
@pytest.mark.parametrize("verb", [links.link, links.unlink])
def test_one_links_only_what_one_sees_on_both_sides(
    pair: tuple[Inquiry, Inquiry], verb: Verb, sees: str
) -> None:
    person = handler()
    seen = {"one": [pair[0].pk], "other": [pair[1].pk], "neither": []}[sees]
    Ticket.objects.filter(pk__in=seen).update(assignee=person)
    before = everything()
    with pytest.raises(ValidationError) as refusal:
        verb(pair[0], to=pair[1], by=person, at=after(5))
    assert set(refusal.value.error_dict) == {"other"}
    assert everything() == before


def test_a_handler_links_and_unlinks_two_tickets_of_their_own(
    pair: tuple[Inquiry, Inquiry],
) -> None:
    person = handler()
    Ticket.objects.update(department=person.department)
    links.link(pair[0], to=pair[1], by=person, at=after(5))
    assert len(links.linked_to(pair[0], by=person)) == 1
    assert links.unlink(pair[0], to=pair[1], by=person, at=after(6))


def test_a_linked_ticket_that_one_may_not_see_does_not_exist(
    agent: User, pair: tuple[Inquiry, Inquiry]
) -> None:
    person = handler()
    Ticket.objects.filter(pk=pair[0].pk).update(department=person.department)
    links.link(pair[0], to=pair[1], by=agent, at=after(5))
    assert links.linked_to(pair[0], by=person) == []


def test_the_database_knows_the_rules_by_name(
    agent: User, pair: tuple[Inquiry, Inquiry]
) -> None:
    one, other = pair
    links.link(one, to=other, by=agent, at=after(5))
    for first, second, name in (
        (one, other, "ticket_link_one_open_per_pair"),
        (one, one, "ticket_link_between_two"),
        (other, one, "ticket_link_between_two"),
    ):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            TicketLink.objects.create(
                first=first, second=second, linked_by=agent, linked_at=after(9)
            )


@pytest.mark.parametrize("number", ["", "IN20269999", "x\0y", "9" * 500, "字"])
def test_a_number_that_names_nothing_is_refused(agent: User, number: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        links.named(number, among=Ticket.objects.visible_to(agent))
    assert set(refusal.value.error_dict) == {"other"}


def test_a_number_is_read_as_people_type_it(
    agent: User, pair: tuple[Inquiry, Inquiry]
) -> None:
    typed = f"  {pair[0].number.lower()} "
    found = links.named(typed, among=Ticket.objects.visible_to(agent))
    assert found.pk == pair[0].pk
