"""People and cases for tests; cases come about through the product's own verbs.

Say `UserFactory.create(...)`, which returns a User to the type checker too.
"""

from datetime import UTC, datetime
from typing import Any

from factory.base import Factory
from factory.declarations import LazyAttribute, LazyFunction, Sequence
from factory.django import DjangoModelFactory, Password

from inquiries import services
from inquiries.models import Inquiry, Topic
from staff.models import Department, Role, User
from tickets.models import Channel

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def channel(code: str = "web_chat") -> Channel:
    """A channel that every installation has."""
    return Channel.objects.get(code=code)


def department(code: str = "customer_service") -> Department:
    """A department that every installation has."""
    return Department.objects.get(code=code)


class DepartmentFactory(DjangoModelFactory[Department]):
    """A department beside those that every installation has."""

    class Meta:
        model = Department

    code = Sequence(lambda n: f"department_{n}")
    name_zh = Sequence(lambda n: f"部门{n}")
    name_en = Sequence(lambda n: f"Department {n}")


class UserFactory(DjangoModelFactory[User]):
    """A colleague, an agent unless said otherwise; `UserFactory(role=Role.MANAGER)`.

    A department handler belongs to technical support unless said otherwise.
    """

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = Sequence(lambda n: f"person{n}")
    display_name = Sequence(lambda n: f"员工{n}")
    work_number = Sequence(lambda n: f"9{n:05d}")
    role = Role.AGENT
    department = LazyAttribute(
        lambda person: department(
            "technical_support"
            if person.role == Role.DEPARTMENT_HANDLER
            else "customer_service"
        )
    )
    password = Password("correct horse battery staple")


class InquiryFactory(Factory[Inquiry]):
    """A customer's question, asked at 10:00 unless `at` says otherwise."""

    class Meta:
        model = Inquiry

    channel = LazyFunction(channel)
    surname = "王"
    phone = "13800138000"
    topic = Topic.OPERATION_USE.value
    text = "两台摄像机租三天多少钱？"
    at = AT

    @classmethod
    def _create(
        cls,
        model_class: type[Inquiry],  # noqa: ARG003 - the verb knows it
        *args: Any,
        **kwargs: Any,
    ) -> Inquiry:
        return services.ask(*args, **kwargs)
