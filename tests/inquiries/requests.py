"""Inquiries that ask something of another department, for the tests of several folders."""

from datetime import datetime
from typing import Any

from inquiries import services
from inquiries.models import ContractRequest, Inquiry, RepairRequest
from staff.models import Role, User
from tests.factories import InquiryFactory, UserFactory, department
from tests.instants import after


def handler_of(code: str) -> User:
    return UserFactory.create(role=Role.DEPARTMENT_HANDLER, department=department(code))


def talked(**asked: Any) -> Inquiry:
    """An inquiry that has been answered once."""
    inquiry = InquiryFactory.create(**asked)
    agent = UserFactory.create()
    services.greet(inquiry, by=agent, at=inquiry.created_at + (after(5) - after(0)))
    return Inquiry.objects.get(pk=inquiry.pk)


def wish(inquiry: Inquiry | None = None, **changes: Any) -> ContractRequest:
    """A wish that contract management has on its list."""
    given: dict[str, Any] = {
        "clause": "early_return",
        "wish": "提前退租不扣费",
        "reason": "场地还没定",
        "by": UserFactory.create(),
        "at": after(minutes=1),
    }
    return services.request_contract_change(inquiry or talked(), **given | changes)


def fault(inquiry: Inquiry | None = None, **changes: Any) -> RepairRequest:
    """A fault that a customer reports."""
    given: dict[str, Any] = {
        "device": "CAM-06",
        "fault": "HDMI没有画面",
        "by": None,
        "at": after(minutes=1),
    }
    return services.report_fault(inquiry or talked(), **given | changes)


def decided(request: ContractRequest, *, at: datetime | None = None) -> ContractRequest:
    return services.decide_contract_request(
        request,
        decision="partly",
        text="扣一天日租。",
        by=handler_of("contract_management"),
        at=at or after(minutes=5),
    )
