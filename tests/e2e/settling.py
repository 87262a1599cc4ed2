"""What our people do on an objection, by the verbs, inside the house that runs.

`house.manage("shell", "-v", "0", "-c", call("propose", number, "250.00"))`.
"""

from decimal import Decimal

from django.utils import timezone

from objections import services
from objections.facts import Asked, Facts
from objections.models import Objection
from objections.services import evidence
from objections.services.offering import Offer, Reply
from staff.models import User
from tickets.models import Channel

FINDING = {
    "text": "验机记录没有写明磨损。",
    "responsibility": "company",
    "cause": "process",
    "articles": ["ECL21"],
}


def call(name: str, *args: str) -> str:
    """The line of Python that calls one of the acts and prints what it returns."""
    said = ", ".join(repr(arg) for arg in args)
    return f"from tests.e2e import settling; print(settling.{name}({said}))"


def begin(phone: str, surname: str = "许") -> str:
    """File an objection about a deposit and find out what happened; its number."""
    at, agent = timezone.now(), person("agent5")
    objection = services.file(
        channel=Channel.objects.get(code="website_message"),
        surname=surname,
        phone=phone,
        facts=Facts(
            type="fee",
            subtype="deposit_refund",
            description="押金扣了300元，没有说明。",
            demands=(Asked("refund", Decimal(300)), Asked("apology")),
            order_number="ZL-20",
            amount=Decimal(300),
            account_number="VIP-20",
        ),
        order_confirmed=True,
        by=None,
        at=at,
    )
    services.acknowledge(objection, by=agent, at=at)
    services.record(objection, by=agent, at=at)
    services.hand_off(objection, by=agent, at=at)
    handoff = objection.handoffs.get(department__code="finance")
    services.accept(handoff, by=person("finance"), at=at)
    for kind in evidence.missing(objection):
        services.waive_evidence(
            objection, kind=kind.code, reason="没有", by=person("finance"), at=at
        )
    return conclude(objection.number)


def conclude(number: str) -> str:
    """Finance has looked at it, or looked at it once more."""
    services.conclude(of(number), **FINDING, by=person("finance"), at=timezone.now())
    return number


def propose(number: str, amount: str, text: str = "退还部分押金，并向您致歉。") -> str:
    """A proposal that needs nobody's approval."""
    services.propose(
        of(number),
        text=text,
        measures=(Offer("refund_rent", Decimal(amount)), Offer("apology")),
        replies=(
            Reply("refund", "partly", "镜头划痕由双方各担一半"),
            Reply("apology", "met"),
        ),
        by=person("agent5"),
        at=timezone.now(),
    )
    return number


def carry_out(number: str) -> str:
    """All that was agreed is done, and the customer is told."""
    objection = of(number)
    for action in objection.actions.outstanding().select_related("department"):
        services.execute(
            objection,
            number=action.number,
            proof=f"退款单 R-{action.number}",
            by=person(action.department.code),
            at=timezone.now(),
        )
    services.tell_result(
        objection, text="退款已原路退回。", by=person("agent5"), at=timezone.now()
    )
    return number


def of(number: str) -> Objection:
    """The objection as it is now."""
    return Objection.objects.get(number=number)


def person(username: str) -> User:
    """One of the people of the demo."""
    return User.objects.get(username=username)


def say(number: str, text: str) -> str:
    """An answer of ours in the conversation."""
    services.reply(of(number), text=text, by=person("agent5"), at=timezone.now())
    return number
