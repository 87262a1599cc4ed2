"""Several who merge, undo and write at the same moment, on connections of their own."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from inquiries import services
from inquiries.models import Inquiry, Merge
from tests.factories import InquiryFactory, UserFactory
from tests.instants import after
from tickets.models import Message, Ticket, TicketLink
from tickets.services import events, links
from tickets.workflow import IllegalStep

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 6
Work = Callable[[], object]


def together(works: Sequence[Work]) -> list[object]:
    """Each in a thread of its own at the same moment; results and refusals."""
    barrier = Barrier(len(works))

    def run(work: Work) -> object:
        barrier.wait()
        try:
            return work()
        except Exception as error:  # noqa: BLE001 - handed to the test
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def pair() -> tuple[Inquiry, Inquiry]:
    return InquiryFactory.create(), InquiryFactory.create(at=after(1))


def intact() -> None:
    for ticket in Ticket.objects.all():
        assert events.broken_links(ticket) == []


def test_of_two_who_merge_crosswise_exactly_one_wins_and_nothing_deadlocks() -> None:
    agents = UserFactory.create(), UserFactory.create()
    for _round in range(ROUNDS):
        one, other = pair()
        found = together(
            [
                lambda a=one, b=other: services.merge(
                    a, into=b, by=agents[0], at=after(5)
                ),
                lambda a=one, b=other: services.merge(
                    b, into=a, by=agents[1], at=after(5)
                ),
            ]
        )
        assert sorted(type(each).__name__ for each in found) == [
            "IllegalStep",
            "Inquiry",
        ], found
        statuses = Inquiry.objects.filter(pk__in=(one.pk, other.pk))
        assert sorted(statuses.values_list("status", flat=True)) == ["merged", "new"]
        assert Merge.objects.standing().filter(inquiry__in=(one, other)).count() == 1
    intact()


def test_two_merges_of_three_in_a_ring_make_no_ring() -> None:
    agent = UserFactory.create()
    for _round in range(ROUNDS):
        ring = [InquiryFactory.create(at=after(n)) for n in range(3)]
        found = together(
            [
                lambda a=ring[n], b=ring[(n + 1) % 3]: services.merge(
                    a, into=b, by=agent, at=after(5)
                )
                for n in range(3)
            ]
        )
        refused = [each for each in found if isinstance(each, Exception)]
        assert all(isinstance(each, IllegalStep) for each in refused), found
        keys = [inquiry.pk for inquiry in ring]
        standing = Merge.objects.standing().filter(inquiry__in=keys)
        merged = {merge.inquiry_id for merge in standing}
        assert len(merged) == 3 - len(refused)
        assert merged.isdisjoint(merge.into_id for merge in standing)


def test_what_is_written_while_it_is_merged_and_undone_arrives_once() -> None:
    agent = UserFactory.create()
    for _round in range(ROUNDS):
        target, inquiry = pair()

        def merge_and_undo(a: Inquiry = inquiry, b: Inquiry = target) -> object:
            services.merge(a, into=b, by=agent, at=after(5))
            return services.unmerge(a, by=agent, at=after(6))

        def write(a: Inquiry = inquiry) -> object:
            return services.customer_writes(a, text="在吗？", at=after(6))

        def link(a: Inquiry = inquiry, b: Inquiry = target) -> object:
            return links.link(b, to=a, by=agent, at=after(6))

        found = together([merge_and_undo, write, write, link])
        assert not [each for each in found if isinstance(each, Exception)], found
        both = (target, inquiry)
        words = Message.objects.filter(ticket__in=both, text="在吗？")
        assert words.count() == 2
        assert not words.filter(ticket=target, origin=None).exists()
        assert TicketLink.objects.filter(first=target, second=inquiry).count() == 1
    intact()
