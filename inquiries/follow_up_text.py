"""The text of a follow-up, from what was really talked about (IN-56).

Each source reads one kind of record, of this inquiry (`keys[0]`) and of those of the
same customer that are merged into it, and gives its lines; a new kind of record is a
new function in `SOURCES`. Customers read Chinese, so the words stand in
`data/follow_up.toml`.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.utils.timezone import localtime

from catalog.models import Device
from catalog.words import yuan
from inquiries import texts
from inquiries.links import quotation_url, thread_path
from inquiries.merged import of_one_customer
from inquiries.models import (
    ClauseExplanation,
    ContractRequest,
    ContractStatus,
    DeviceChoice,
    Inquiry,
    InquiryTopic,
    Quotation,
    RepairRequest,
    RepairStatus,
    ServiceFactsTold,
)
from knowledge.services import phrases
from knowledge.services.scripts import wording

FOLLOW_UP: Final = "FOLLOW_UP"
Keys = Sequence[int]
Source = Callable[[Keys], Iterable[str]]


def compose(inquiry: Inquiry, *, at: datetime) -> str:
    """The script with the summary of this conversation and the link to it.

    Raises ScriptError when the script is switched off or not in force.
    """
    link = f"{settings.SITE_URL}{thread_path(inquiry)}"
    return wording(FOLLOW_UP, at=at, summary=summary(inquiry), link=link)


def summary(inquiry: Inquiry) -> str:
    """What was talked about, a line each."""
    words = _words()
    keys = of_one_customer(inquiry)
    told = [line for source in SOURCES for line in source(keys)]
    lines = [
        texts.filled(words["line"], text=text) for text in told or [words["nothing"]]
    ]
    return "\n".join([words["head"], *lines])


def topics(keys: Keys) -> Iterable[str]:
    """What the customer wanted to know and was told (IN-04)."""
    words = _words()
    asked = InquiryTopic.objects.filter(inquiry__in=keys).order_by("asked_at", "pk")
    answered = asked.exclude(answered_at=None)
    names = dict.fromkeys(words["topics"][topic.topic] for topic in answered)
    if names:
        yield texts.filled(words["topics_line"], topics="、".join(names))


def devices(keys: Keys) -> Iterable[str]:
    """The devices that the customer chose of those compared, by name (IN-35)."""
    choices = DeviceChoice.objects.filter(comparison__selection__inquiry__in=keys)
    last = {choice.comparison_id: choice.code for choice in choices}
    names = Device.objects.filter(code__in=last.values()).order_by("code")
    if names:
        chosen = "、".join(device.name_zh for device in names)
        yield texts.filled(_words()["devices"], devices=chosen)


def quotation(keys: Keys) -> Iterable[str]:
    """The newest quotation that was sent, with what it comes to (IN-37).

    One that was sent on a merged conversation is named: its link opens it there.
    """
    sent = Quotation.objects.sent().filter(inquiry__in=keys)
    newest = sent.order_by("-sent_at", "-version").first()
    if newest is None or newest.valid_until is None:
        return
    if newest.inquiry_id != keys[0]:
        yield texts.filled(_words()["quotation_before"], number=newest.number)
    else:
        yield texts.filled(
            _words()["quotation"],
            number=newest.number,
            payable=yuan(newest.payable),
            deposit=yuan(newest.deposit),
            until=localtime(newest.valid_until).strftime("%Y-%m-%d"),
            link=quotation_url(newest),
        )


def clauses(keys: Keys) -> Iterable[str]:
    """The clauses of the contract that were explained (IN-41)."""
    names = texts.read("request_texts")["clauses"]
    told = dict.fromkeys(
        names[clause]
        for explanation in ClauseExplanation.objects.filter(inquiry__in=keys)
        for clause in explanation.clauses
    )
    if told:
        yield texts.filled(_words()["clauses"], clauses="、".join(told))


def delivery(keys: Keys) -> Iterable[str]:
    """The delivery that was promised, as it was told last (IN-46)."""
    told = ServiceFactsTold.objects.filter(inquiry__in=keys).order_by("at", "pk").last()
    if told is None:
        return
    words, facts = texts.read("service_facts"), told.facts
    if facts["method"] == "pickup" or facts["hours"] is None:
        text = words["pickup"]
    elif facts["installation"]:
        devices = "、".join(device["name"] for device in facts["installation"])
        text = texts.filled(
            words["delivery_one"],
            zone=facts["zone_name"],
            devices=devices,
            hours=facts["hours"],
        )
    else:
        text = texts.filled(
            words["delivery_both"],
            zone=facts["zone_name"],
            standard=facts["standard_hours"],
            special=facts["special_hours"],
        )
    yield text.rstrip("。")


def contract_requests(keys: Keys) -> Iterable[str]:
    """What the customer wants otherwise in the contract, and the answer (IN-44)."""
    words, names = _words(), texts.read("request_texts")
    requests = ContractRequest.objects.filter(inquiry__in=keys)
    for request in requests.order_by("recorded_at", "pk"):
        told = request.status == ContractStatus.TOLD
        yield texts.filled(
            words["contract"],
            number=request.number,
            clause=names["clauses"][request.clause],
            state=(
                names["decisions"][request.decision] if told else words["contract_open"]
            ),
        )


def repairs(keys: Keys) -> Iterable[str]:
    """Devices that do not work, and how far their repair is (IN-49)."""
    words = _words()
    requests = RepairRequest.objects.filter(inquiry__in=keys)
    for request in requests.order_by("recorded_at", "pk"):
        done = request.status == RepairStatus.FINISHED
        yield texts.filled(
            words["repair"],
            number=request.number,
            device=_device(request.device, words),
            state=words["repair_done" if done else "repair_open"],
        )


def _device(named: str, words: dict[str, Any]) -> str:
    """The device by its reporter's words, where we could have said them ourselves."""
    return named if phrases.may_be_repeated(named) else str(words["some_device"])


SOURCES: Final[tuple[Source, ...]] = (
    topics,
    devices,
    quotation,
    clauses,
    delivery,
    contract_requests,
    repairs,
)


def _words() -> dict[str, Any]:
    return texts.read("follow_up")
