"""Which other cases are like one, and why; which one it repeats (CC-31, OB-10)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Final

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from objections.frequency import model_key
from objections.models import Finding, Objection
from objections.services.promises import REPEATED_WITHIN
from rows.questions import Keys, Question, Slot, is_and_not_empty
from staff.models import User

MOST_PER_KIND: Final = 5
MOST_IN_ALL: Final = 10
GIST: Final = 80
# How near each thing in common is, in the order in which it is told.
CUSTOMER, ORDER, UNIT, MODEL, SUBTYPE = (16, 8, 8, 4, 1)

_LATEST: Final = Question(
    lambda: (
        Finding.objects.filter(objection__in=Keys("objections"))
        .order_by("objection", "-round")
        .distinct("objection")
    )
)


@dataclass(frozen=True)
class Similar:
    """Another objection, what it has in common, and what was found there."""

    objection: Objection
    reasons: list[str]
    closeness: int
    gist: str = ""
    cause: str = ""


def similar_to(mine: Objection, *, by: User, but: Iterable[int] = ()) -> list[Similar]:
    """Objections that this person may see, the nearest and newest first.

    Of each kind at most five; two queries, or one where nothing is like it.
    """
    if not by.is_active:
        return []
    facts = _facts(mine)
    known = frozenset(name for name, value in facts.items() if value)
    found = _like(known, near=not by.sees_every_ticket).ask(
        **facts,
        but=[mine.pk, *but],
        department=by.department_id,
        person=by.pk,
    )
    gists = _gists([it.pk for it in found])
    rows = []
    for other in found:
        reasons, closeness = _in_common(mine, other)
        finding = gists.get(other.pk)
        rows.append(
            Similar(
                other,
                reasons,
                closeness,
                gist=_short(finding.text) if finding else "",
                cause=finding.get_cause_display() if finding else "",
            )
        )
    rows.sort(
        key=lambda it: (it.closeness, it.objection.created_at, it.objection.pk),
        reverse=True,
    )
    return rows[:MOST_IN_ALL]


def repeated_by(mine: Objection, *, by: User) -> Objection | None:
    """The last objection before this one that it repeats, if this person may see it.

    The same customer or order, and the same subtype, within 30 days.
    """
    if mine.subtype_id is None:
        return None
    same = Q(customer=mine.customer_id)
    if mine.order_number:
        same |= Q(order_number=mine.order_number)
    earlier: QuerySet[Objection] = Objection.objects.visible_to(by).filter(
        same,
        subtype=mine.subtype_id,
        created_at__gt=mine.created_at - REPEATED_WITHIN,
        created_at__lte=mine.created_at,
    )
    return earlier.exclude(pk=mine.pk).order_by("-created_at", "-pk").first()


def _facts(mine: Objection) -> dict[str, str | int | None]:
    """What it may have in common with another, by name."""
    return {
        "phone": mine.customer.phone_index,
        "customer": mine.customer_id,
        "order": mine.order_number,
        "serial": mine.serial_number,
        "subtype": mine.subtype_id,
        "model": mine.device_model,
    }


@cache
def _like(known: frozenset[str], *, near: bool) -> Question[Objection]:
    """What is like one of which so much is known; `near`: in a department's sight."""
    return Question(lambda: _found_like(known, near=near))


def _found_like(known: frozenset[str], *, near: bool) -> QuerySet[Objection]:
    visible = Objection.objects.all()
    if near:
        visible = visible.near(department=Slot("department"), person=Slot("person"))
    visible = visible.exclude(pk__in=Keys("but"))
    newest = Q()
    for test in _tests(known):
        one_kind = visible.filter(test).order_by("-created_at", "-pk")
        newest |= Q(pk__in=one_kind.values("pk")[:MOST_PER_KIND])
    return visible.filter(newest).select_related("customer", "assignee", "subtype")


def _tests(known: frozenset[str]) -> list[Q]:
    """What makes another like it, one test per kind."""
    by_phone = is_and_not_empty("customer__phone_index", Slot("phone"))
    tests = [by_phone if "phone" in known else Q(customer=Slot("customer"))]
    if "order" in known:
        tests.append(is_and_not_empty("order_number", Slot("order")))
    if "serial" in known:
        tests.append(is_and_not_empty("serial_number", Slot("serial")))
    if "subtype" in known:
        same = Q(subtype=Slot("subtype"))
        if "model" in known:
            tests.append(same & Q(device_model=Slot("model")))
        tests.append(same)
    return tests


def _in_common(mine: Objection, other: Objection) -> tuple[list[str], int]:
    """The reasons in words, and how near they bring it."""
    phone = mine.customer.phone_index
    same_person = mine.customer_id == other.customer_id
    subtype = mine.subtype_id is not None and mine.subtype_id == other.subtype_id
    model = model_key(mine.device_model)
    same_model = subtype and model != "" and model == model_key(other.device_model)
    said = [
        (same_person, CUSTOMER, _("same customer")),
        (
            not same_person and phone != "" and phone == other.customer.phone_index,
            CUSTOMER,
            _("same phone"),
        ),
        (
            mine.order_number != "" and mine.order_number == other.order_number,
            ORDER,
            _("same order"),
        ),
        (
            mine.serial_number != "" and mine.serial_number == other.serial_number,
            UNIT,
            _("same device"),
        ),
        (same_model, MODEL, _("same subtype and model")),
        (subtype and not same_model, SUBTYPE, _("same subtype")),
    ]
    true = [(weight, words) for holds, weight, words in said if holds]
    return [words for _weight, words in true], sum(weight for weight, _words in true)


def _gists(pks: Collection[int]) -> dict[int, Finding]:
    """The latest finding of each; no query for none."""
    if not pks:
        return {}
    return {it.objection_id: it for it in _LATEST.ask(objections=list(pks))}


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= GIST else f"{line[: GIST - 1]}…"
