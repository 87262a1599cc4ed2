"""No page that people open all day reads a whole table of those that grow."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from inquiries.links import thread_path
from inquiries.models import Inquiry
from staff.models import Department, Role, User
from staff.services import make_api_token
from tests.factories import AT, InquiryFactory, UserFactory

pytestmark = pytest.mark.django_db

WHOLE = re.compile(r"Seq Scan on (\w+)")
GROWS = {
    "customers_customer",
    "inquiries_callback",
    "inquiries_inquiry",
    "inquiries_inquirytopic",
    "inquiries_merge",
    "objections_objection",
    "sla_clock",
    "sla_clockevent",
    "sla_notification",
    "tickets_attachment",
    "tickets_event",
    "tickets_message",
    "tickets_opening",
    "tickets_ticket",
    "tickets_ticketlink",
}
DESK = [
    "/desk/",
    "/desk/?view=mine",
    "/desk/?view=unassigned",
    "/desk/?view=closed",
    "/desk/?stage=open",
    "/desk/list/?q=摄像机",
    "/desk/callbacks/",
    "/desk/follow-ups/",
    "/desk/notices/",
]


@pytest.fixture
def inquiry(db: None) -> Inquiry:
    return InquiryFactory.create()


@pytest.fixture
def costly_scans(db: None) -> None:
    """The planner takes an index wherever one serves, though the tables are small."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")


def whole_scans(asked: CaptureQueriesContext) -> list[str]:
    """The statements for which no index serves, of tables that grow."""
    found = []
    with connection.cursor() as cursor:
        for sql in [query["sql"] for query in asked.captured_queries]:
            if sql.lstrip("(").startswith(("SELECT", "WITH")):
                cursor.execute(f"EXPLAIN {sql}")
                plan = "\n".join(line for (line,) in cursor.fetchall())
                read = set(WHOLE.findall(plan)) & GROWS
                found += [f"{table}: {sql}" for table in read]
    return found


@pytest.mark.parametrize("path", DESK)
def test_the_desk_reads_by_index(
    client: Client, inquiry: Inquiry, costly_scans: None, path: str
) -> None:
    client.force_login(UserFactory.create())
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code == 200
    assert whole_scans(asked) == []


def test_a_department_reads_its_queue_by_index(
    client: Client, inquiry: Inquiry, costly_scans: None
) -> None:
    department = Department.objects.all()[0]
    colleague = UserFactory.create(role=Role.DEPARTMENT_HANDLER, department=department)
    client.force_login(colleague)
    with CaptureQueriesContext(connection) as asked:
        assert client.get("/desk/").status_code == 200
    assert whole_scans(asked) == []


def test_a_conversation_and_its_customers_page_read_by_index(
    client: Client, inquiry: Inquiry, costly_scans: None
) -> None:
    client.force_login(UserFactory.create())
    with CaptureQueriesContext(connection) as asked:
        assert client.get(f"/desk/inquiries/{inquiry.number}/").status_code == 200
        assert client.get(thread_path(inquiry)).status_code == 200
    assert whole_scans(asked) == []


def test_the_lists_of_the_api_read_by_index(
    inquiry: Inquiry, costly_scans: None
) -> None:
    agent: User = UserFactory.create()
    token = make_api_token(agent, at=AT)
    api = APIClient(headers={"Authorization": f"Token {token}"})
    with CaptureQueriesContext(connection) as asked:
        for name in ("tickets", "clocks"):
            assert api.get(f"/api/v1/{name}/").status_code == 200
    assert whole_scans(asked) == []
    pages = [it["sql"] for it in asked.captured_queries if "LIMIT 51" in it["sql"]]
    assert len(pages) == 2
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_sort = off")
        for sql in pages:
            cursor.execute(f"EXPLAIN {sql}")
            plan = [line for (line,) in cursor.fetchall()]
            assert not any("Sort Key" in line for line in plan), plan
