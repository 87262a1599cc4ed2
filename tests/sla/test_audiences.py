"""Who stands behind each audience of a ladder, also where posts are empty."""

import pytest

from inquiries import services
from inquiries.models import Inquiry
from sla.models import Audience
from sla.services.directory import Directory
from staff.models import Role, User
from tests.factories import InquiryFactory, UserFactory, department
from tests.instants import after

pytestmark = pytest.mark.django_db

Posts = dict[str, User]


@pytest.fixture
def posts() -> Posts:
    """Everybody a ladder may name, in one house."""
    people: Posts = {
        "supervisor": UserFactory.create(role=Role.SUPERVISOR),
        "other supervisor": UserFactory.create(role=Role.SUPERVISOR),
        "manager": UserFactory.create(role=Role.MANAGER),
        "general manager": UserFactory.create(role=Role.GENERAL_MANAGER),
        "administrator": UserFactory.create(role=Role.ADMINISTRATOR),
        "head": UserFactory.create(role=Role.SUPERVISOR, supervisor=None),
    }
    people["agent"] = UserFactory.create(supervisor=people["supervisor"])
    service = department("customer_service")
    service.head = people["head"]
    service.save()
    return people


def asked(*, taken_by: User | None = None) -> Inquiry:
    inquiry: Inquiry = InquiryFactory.create()
    return services.take(inquiry, by=taken_by, at=after(1)) if taken_by else inquiry


def told(posts: Posts, audience: Audience, inquiry: Inquiry) -> list[str]:
    names = {person.pk: name for name, person in posts.items()}
    return [names[pk] for pk in Directory().audience(audience, inquiry)]


def leave(posts: Posts, *names: str) -> None:
    for name in names:
        posts[name].is_active = False
        posts[name].save()


@pytest.mark.parametrize(
    ("audience", "people"),
    [
        (Audience.ASSIGNEE, ["agent"]),
        (Audience.SUPERVISOR, ["supervisor"]),
        (Audience.ASSIGNEE_AND_SUPERVISOR, ["agent", "supervisor"]),
        (Audience.DEPARTMENT_HEAD, ["head"]),
        (Audience.MANAGER, ["manager"]),
        (Audience.MANAGER_AND_DEPARTMENT_HEAD, ["manager", "head"]),
        (Audience.GENERAL_MANAGER, ["general manager"]),
    ],
)
def test_each_audience_of_a_case_that_somebody_has(
    posts: Posts, audience: Audience, people: list[str]
) -> None:
    assert told(posts, audience, asked(taken_by=posts["agent"])) == people


ALL_SUPERVISORS = ["supervisor", "other supervisor", "head"]


@pytest.mark.parametrize(
    ("audience", "people"),
    [
        (Audience.ASSIGNEE, ALL_SUPERVISORS),
        (Audience.SUPERVISOR, ALL_SUPERVISORS),
        (Audience.ASSIGNEE_AND_SUPERVISOR, ALL_SUPERVISORS),
        (Audience.DEPARTMENT_HEAD, ["manager"]),
        (Audience.MANAGER_AND_DEPARTMENT_HEAD, ["manager"]),
    ],
)
def test_a_case_that_nobody_has_goes_to_the_next_above(
    posts: Posts, audience: Audience, people: list[str]
) -> None:
    assert told(posts, audience, asked()) == people


@pytest.mark.parametrize(
    ("gone", "audience", "people"),
    [
        (["agent"], Audience.ASSIGNEE, ["supervisor"]),
        (["agent"], Audience.ASSIGNEE_AND_SUPERVISOR, ["supervisor"]),
        (["supervisor"], Audience.SUPERVISOR, ["other supervisor", "head"]),
        (["head"], Audience.DEPARTMENT_HEAD, ["manager"]),
        (["head", "manager"], Audience.DEPARTMENT_HEAD, ["general manager"]),
        (["manager"], Audience.MANAGER, ["general manager"]),
        (["manager", "general manager"], Audience.MANAGER, ["administrator"]),
        (["general manager"], Audience.GENERAL_MANAGER, ["administrator"]),
        (
            ["supervisor", "other supervisor", "head", "manager"],
            Audience.SUPERVISOR,
            ["general manager"],
        ),
        (
            ["manager", "general manager", "administrator"],
            Audience.GENERAL_MANAGER,
            [],
        ),
    ],
)
def test_where_a_post_is_empty_the_next_one_up_is_told(
    posts: Posts, gone: list[str], audience: Audience, people: list[str]
) -> None:
    inquiry = asked(taken_by=posts["agent"])
    leave(posts, *gone)
    assert told(posts, audience, inquiry) == people


def test_a_head_who_may_not_see_the_case_is_passed_over(posts: Posts) -> None:
    """Finance heads the agent's department, but the case is of no department."""
    finance = department("finance")
    finance.head = posts["handler"] = UserFactory.create(
        role=Role.DEPARTMENT_HANDLER, department=finance
    )
    finance.save()
    posts["agent"].department = finance
    posts["agent"].save()
    inquiry = asked(taken_by=posts["agent"])
    assert told(posts, Audience.DEPARTMENT_HEAD, inquiry) == ["manager"]
    inquiry.department = finance
    assert told(posts, Audience.DEPARTMENT_HEAD, inquiry) == ["handler"]


def test_nobody_is_named_twice(posts: Posts) -> None:
    service = department("customer_service")
    service.head = posts["manager"]
    service.save()
    inquiry = asked(taken_by=posts["agent"])
    audience = Audience.MANAGER_AND_DEPARTMENT_HEAD
    assert told(posts, audience, inquiry) == ["manager"]
