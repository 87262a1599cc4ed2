"""One line of a demo conversation, done by the product's own verbs."""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from inquiries import services
from inquiries.models import Comparison, ContractRequest, Inquiry, RepairRequest
from inquiries.request_workflow import CONTRACT_MANAGEMENT, TECHNICAL_SUPPORT
from staff.models import Role, User


def happen(
    inquiry: Inquiry, line: Mapping[str, Any], *, agent: User, at: datetime
) -> None:
    """Let somebody say or do what the line says."""
    for name, deed in DEEDS.items():
        if name in line:
            deed(inquiry, line[name], agent, at)
            return
    if line.get("note"):
        services.write_note(inquiry, text=line["text"], by=agent, at=at)
    elif "by" in line:
        answers = line.get("answers", ())
        services.reply(inquiry, text=line["text"], by=agent, at=at, answers=answers)
    else:
        services.customer_writes(inquiry, text=line["text"], at=at)


def _greet(inquiry: Inquiry, _said: object, agent: User, at: datetime) -> None:
    services.greet(inquiry, by=agent, at=at)


def _ask_closing(inquiry: Inquiry, _said: object, agent: User, at: datetime) -> None:
    services.ask_closing_question(inquiry, by=agent, at=at)


def _answered(inquiry: Inquiry, topics: list[str], agent: User, at: datetime) -> None:
    for topic in topics:
        services.answer_topic(inquiry, topic=topic, by=agent, at=at)


def _recommend(
    inquiry: Inquiry, wish: dict[str, Any], agent: User, at: datetime
) -> None:
    """Compare the `best` so many devices for this wish."""
    asked = {name: value for name, value in wish.items() if name != "best"}
    selection = services.select_devices(inquiry, **asked, by=agent, at=at)
    codes = [device.code for device in selection.devices[: wish["best"]]]
    services.recommend(inquiry, selection=selection, codes=codes, by=agent, at=at)


def _choose(inquiry: Inquiry, place: int, _agent: User, at: datetime) -> None:
    """The customer takes the first, second ... of the devices compared last."""
    compared = Comparison.objects.filter(selection__inquiry=inquiry).latest("pk")
    code = compared.codes[place - 1]
    services.choose_device(inquiry, comparison=compared, code=code, at=at)


def _quote(inquiry: Inquiry, order: dict[str, Any], agent: User, at: datetime) -> None:
    items = list(order["items"].items())
    services.quote(inquiry, **{**order, "items": items}, by=agent, at=at)


def _clauses(inquiry: Inquiry, told: dict[str, Any], agent: User, at: datetime) -> None:
    services.explain_clauses(inquiry, **told, by=agent, at=at)


def _facts(inquiry: Inquiry, told: dict[str, Any], agent: User, at: datetime) -> None:
    services.tell_service_facts(inquiry, **told, by=agent, at=at)


def _check(inquiry: Inquiry, told: dict[str, Any], agent: User, at: datetime) -> None:
    """Promise to call back under the name and number that the customer gave."""
    services.announce_checking(
        inquiry,
        surname=inquiry.customer.surname,
        phone="",
        **told,
        by=agent,
        at=at,
    )


def _tried(inquiry: Inquiry, obstacle: str, agent: User, at: datetime) -> None:
    services.log_callback_attempt(inquiry, obstacle=obstacle, by=agent, at=at)


def _contract(
    inquiry: Inquiry, wish: dict[str, Any], agent: User, at: datetime
) -> None:
    services.request_contract_change(inquiry, **wish, by=agent, at=at)


def _decide(inquiry: Inquiry, said: dict[str, Any], _agent: User, at: datetime) -> None:
    request = ContractRequest.objects.get(inquiry=inquiry)
    by = _handler(CONTRACT_MANAGEMENT)
    services.decide_contract_request(request, **said, by=by, at=at)


def _fault(inquiry: Inquiry, fault: dict[str, Any], _agent: User, at: datetime) -> None:
    """The customer reports it."""
    services.report_fault(inquiry, **fault, by=None, at=at)


def _contact(
    inquiry: Inquiry, said: dict[str, Any], _agent: User, at: datetime
) -> None:
    request = RepairRequest.objects.get(inquiry=inquiry)
    by = _handler(TECHNICAL_SUPPORT)
    services.log_technician_contact(request, **said, by=by, at=at)


def _repaired(
    inquiry: Inquiry, said: dict[str, Any], _agent: User, at: datetime
) -> None:
    services.finish_repair(
        RepairRequest.objects.get(inquiry=inquiry),
        result=said["result"],
        downtime_hours=Decimal(said["downtime_hours"]),
        by=_handler(TECHNICAL_SUPPORT),
        at=at,
    )


def _handler(department: str) -> User:
    """Somebody of a department."""
    handlers = User.objects.with_role(Role.DEPARTMENT_HANDLER)
    found: User = handlers.filter(department__code=department).earliest("pk")
    return found


DEEDS: Final[Mapping[str, Callable[[Inquiry, Any, User, datetime], None]]] = {
    "greet": _greet,
    "ask_closing": _ask_closing,
    "answered": _answered,
    "recommend": _recommend,
    "choose": _choose,
    "quote": _quote,
    "clauses": _clauses,
    "facts": _facts,
    "checking": _check,
    "tried": _tried,
    "contract": _contract,
    "decide": _decide,
    "fault": _fault,
    "contact": _contact,
    "repaired": _repaired,
}
