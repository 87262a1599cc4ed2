"""What happened to cases, counted by hand: rates, marks, first contact, repeats."""

import pytest

from figures.cases import FORMULAS, CaseFigure, Rate
from figures.services import counts, reckoning
from figures.services.counts import Wanted
from figures.services.promises import Dimension
from inquiries import services
from objections import services as objections
from sla.share import Share
from tests import finishing
from tests.factories import InquiryFactory, UserFactory, channel
from tests.instants import local
from tests.objections import settled
from tickets.models import Kind

pytestmark = pytest.mark.django_db

DAY = Wanted(local("2026-11-23 00:00"), local("2026-11-24 00:00"))


@pytest.mark.clause("CC-23", "CC-24")
def test_rates_and_marks_of_a_day_are_those_reckoned_by_hand() -> None:
    li = UserFactory.create()
    ten = local("2026-11-23 10:00")
    minute = local("2026-11-23 10:01") - ten
    first = InquiryFactory.create(at=ten, phone="13800138000")
    services.greet(first, by=li, at=ten)
    services.reply(first, text="可以的。", by=li, at=ten)
    finishing.finish(first, by=li, at=ten + minute)  # resolved on the first contact
    again = InquiryFactory.create(at=ten + 2 * minute, phone="13800138000")
    gone = InquiryFactory.create(
        at=ten + 3 * minute, phone="13900139000", channel=channel("app_chat")
    )
    services.abandon(gone, by=None, at=ten + 20 * minute)
    services.reopen(first, by=li, at=ten + 30 * minute)
    InquiryFactory.create(at=ten + minute * 60 * 24, phone="13900139000")  # next day
    case = settled.closed(at=ten)
    objections.appeal(case, reason="请复核。", by=None, at=ten + 40 * minute)

    reckoning.refresh(at=ten + 50 * minute)

    asked = counts.count(Wanted(DAY.since, DAY.until, kind=Kind.INQUIRY))
    assert {it: asked.of(it) for it in CaseFigure if asked.of(it)} == {
        CaseFigure.ARRIVED: 3,
        CaseFigure.REPEATED: 1,
        CaseFigure.CLOSED: 2,
        CaseFigure.RESOLVED: 1,
        CaseFigure.FIRST_CONTACT: 1,
        CaseFigure.REOPENED: 1,
    }
    assert asked.rate(Rate.RESOLUTION) == Share(1, 2)
    assert asked.rate(Rate.REPEAT) == Share(1, 3)
    assert asked.average(CaseFigure.RATED) is None

    filed = counts.count(Wanted(DAY.since, DAY.until, kind=Kind.OBJECTION))
    assert filed.rate(Rate.RESOLUTION) == Share(1, 1)
    assert filed.rate(Rate.APPEAL) == Share(1, 1)
    assert filed.rate(Rate.SATISFIED_HANDLING) == Share(1, 1)
    assert filed.average(CaseFigure.RATED) == 5.0
    assert filed.average(CaseFigure.RATED_HANDLING) == 4.0

    by_channel = counts.counts(DAY, (Dimension.CHANNEL,))
    assert by_channel[channel("app_chat").pk,].of(CaseFigure.CLOSED) == 1
    by_hour = counts.counts(DAY, (Dimension.WEEKDAY, Dimension.HOUR))
    assert by_hour[1, 10].of(CaseFigure.ARRIVED) == 4
    assert again.number not in str(by_hour)
    of_li = counts.count(Wanted(DAY.since, DAY.until, holder=li.pk))
    assert of_li.of(CaseFigure.RESOLVED) == 1
    night = Wanted(DAY.since, DAY.until, hours=frozenset({3}))
    assert counts.count(night).count == {}


def test_every_rate_has_its_formula() -> None:
    assert set(FORMULAS) == set(Rate)
