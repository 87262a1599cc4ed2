"""Can every promise be given and reckoned, on every channel, now and next year?"""

from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import override

from helpdesk.doctor.finding import Finding, fail, ok, warn
from helpdesk.doctor.house import House
from sla.business_time import BeyondHorizon
from sla.metrics import Metric
from sla.models import Clock, PolicyVersion
from sla.promise import plan
from sla.services import calendars, rules
from sla.services.rules import Rulebook
from sla.services.years import way_in
from tickets.models import Channel, Kind

SHOWN = 5


def policy(house: House) -> Iterator[Finding]:
    """A version in force whose every promise gives a deadline."""
    at = timezone.now()
    book = rules.rulebook(at=at)
    versions = PolicyVersion.objects.select_related("policy").in_bulk(
        book.policy_version_ids
    )
    if not versions:
        yield fail(
            "policy", "no version is in force", repair=house.manage("load_policies")
        )
        return
    guessed = []
    for target in book.targets():
        try:
            terms = rules.terms_of(target)
            promised = plan(terms, start=at, calendars=book.calendars)
        except (KeyError, BeyondHorizon, ValueError) as error:
            yield fail(
                "policy",
                f"{target.code} gives no deadline: {type(error).__name__} {error}",
                repair=f"{house.manage('load_calendars')}; if it stays, publish a"
                f" version that changes {target.code} at /supervision/policy/",
            )
            return
        if promised.flagged:
            guessed.append(target.code)
    names = ", ".join(str(version) for version in versions.values())
    count = sum(1 for _ in book.targets())
    yield ok("policy", f"{names} in force; each of {count} promises gives a deadline")
    yield from channels(book)


def channels(book: Rulebook) -> Iterator[Finding]:
    """Nobody may ask on a channel for which nothing is promised."""
    silent = [
        f"{channel.code} ({metric})"
        for channel in Channel.objects.all()
        for metric in wanted(channel)
        if book.target(metric, facts(channel, metric)) is None
    ]
    if silent:
        yield fail(
            "channels",
            f"nothing is promised on {', '.join(silent)}",
            repair="at /supervision/policy/ draft a version with a rule for it, and"
            " publish it",
        )
    else:
        yield ok("channels", "each has a promise of a first answer")


def wanted(channel: Channel) -> Iterator[Metric]:
    """The first promise of each kind of case that a channel takes."""
    if channel.takes_inquiries:
        yield Metric.RING if channel.code == "phone" else Metric.FIRST_REPLY
    if channel.takes_objections:
        yield Metric.ACKNOWLEDGEMENT


def facts(channel: Channel, metric: Metric) -> dict[str, str]:
    """What is known of a case as it comes in."""
    kind = Kind.OBJECTION if metric == Metric.ACKNOWLEDGEMENT else Kind.INQUIRY
    return {"channel": channel.code, "kind": kind}


def years(house: House) -> Iterator[Finding]:
    """Without a year's holidays its days are reckoned by the weekday alone."""
    at = timezone.now()
    missing = calendars.missing_years(at=at)
    if not missing:
        yield ok("calendars", "the holidays of every year in use are loaded")
        return
    year = missing[0]
    verdict = fail if year <= timezone.localtime(at).year else warn
    yield verdict(
        "calendars",
        f"the holidays of {', '.join(map(str, missing))} are not loaded: deadlines"
        " there are reckoned by the weekday, and flagged",
        repair=way_in(year, house.manage(f"import_calendar_year {year}")),
    )


def set_aside(house: House) -> Iterator[Finding]:
    """Clocks that the detector could not move."""
    clocks = Clock.objects.set_aside().select_related("ticket").order_by("set_aside_at")
    found = list(clocks[: SHOWN + 1])
    if not found:
        yield ok("set-aside clocks", "none")
        return
    with override("en"):
        names = ", ".join(f"{c.ticket.number} {c.metric}" for c in found[:SHOWN])
    more = " and more" if len(found) > SHOWN else ""
    number = found[0].ticket.number
    yield fail(
        "set-aside clocks",
        f"{names}{more}: the detector cannot move them",
        repair=f"see what contradicts the record: {house.manage('sla_verify')}"
        f" --ticket {number}; then {house.manage(f'sla_put_back {number}')}",
    )
