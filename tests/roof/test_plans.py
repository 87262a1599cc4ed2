"""No page that people open all day reads a whole table of those that grow."""

import json
from collections.abc import Iterator
from typing import Any

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
# An index that holds a part of the table may be read whole: that part stays small.
PARTIAL_SQL = (
    "SELECT indexrelid::regclass::text FROM pg_index WHERE indpred IS NOT NULL"
)
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


def whole_scans(asked: CaptureQueriesContext) -> Iterator[str]:
    """Each scan of a whole table that grows, with its statement."""
    statements = [query["sql"] for query in asked.captured_queries]
    with connection.cursor() as cursor:
        cursor.execute(PARTIAL_SQL)
        partial = {name for (name,) in cursor.fetchall()}
        for sql in statements:
            if not sql.lstrip("(").startswith(("SELECT", "WITH")):
                continue
            cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}")
            (told,) = cursor.fetchone()
            plan = told if isinstance(told, list) else json.loads(told)
            for node in scans(plan[0]["Plan"], limited=False):
                if node.get("Index Name") not in partial:
                    yield f"{node['Node Type']} of {node.get('Relation Name')}: {sql}"


def scans(node: dict[str, Any], *, limited: bool) -> Iterator[dict[str, Any]]:
    """The nodes that read a table that grows from one end to the other."""
    limited = limited or node["Node Type"] == "Limit"
    reads = (
        node["Node Type"].endswith(("Scan", "Scan on")) or "Index" in node["Node Type"]
    )
    if reads and node.get("Relation Name") in GROWS:
        sequential = node["Node Type"] == "Seq Scan"
        chosen = "Index Cond" in node or "Recheck Cond" in node
        if sequential or not (chosen or limited):
            yield node
    for below in node.get("Plans", []):
        yield from scans(below, limited=limited)


@pytest.mark.parametrize("path", DESK)
def test_the_desk_reads_by_index(
    client: Client, inquiry: Inquiry, costly_scans: None, path: str
) -> None:
    client.force_login(UserFactory.create())
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code == 200
    assert list(whole_scans(asked)) == []


def test_a_department_reads_its_queue_by_index(
    client: Client, inquiry: Inquiry, costly_scans: None
) -> None:
    department = Department.objects.all()[0]
    colleague = UserFactory.create(role=Role.DEPARTMENT_HANDLER, department=department)
    client.force_login(colleague)
    with CaptureQueriesContext(connection) as asked:
        assert client.get("/desk/").status_code == 200
    assert list(whole_scans(asked)) == []


def test_a_conversation_and_its_customers_page_read_by_index(
    client: Client, inquiry: Inquiry, costly_scans: None
) -> None:
    client.force_login(UserFactory.create())
    with CaptureQueriesContext(connection) as asked:
        assert client.get(f"/desk/inquiries/{inquiry.number}/").status_code == 200
        assert client.get(thread_path(inquiry)).status_code == 200
    assert list(whole_scans(asked)) == []


def test_the_lists_of_the_api_read_by_index(
    inquiry: Inquiry, costly_scans: None
) -> None:
    agent: User = UserFactory.create()
    token = make_api_token(agent, at=AT)
    api = APIClient(headers={"Authorization": f"Token {token}"})
    with CaptureQueriesContext(connection) as asked:
        for name in ("tickets", "clocks"):
            assert api.get(f"/api/v1/{name}/").status_code == 200
    assert list(whole_scans(asked)) == []
    pages = [it["sql"] for it in asked.captured_queries if "LIMIT 51" in it["sql"]]
    assert len(pages) == 2
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_sort = off")
        for sql in pages:
            cursor.execute(f"EXPLAIN {sql}")
            plan = [line for (line,) in cursor.fetchall()]
            assert not any("Sort Key" in line for line in plan), plan
