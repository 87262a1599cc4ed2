import pytest
from django.test import Client
from tests.objections.cases import QUALITY, filed, handed, handler_of, recorded
from staff.models import User, Role
from tests.factories import UserFactory, InquiryFactory
from inquiries import services as inq
from django.utils import timezone

pytestmark = pytest.mark.django_db


def test_all(desk: Client, agent: User) -> None:
    o = filed()
    for u in (
        "/desk/",
        "/desk/?stage=open",
        "/desk/?stage=ended",
        "/desk/list/?q=王",
        f"/desk/objections/{o.number}/",
        f"/desk/objections/{o.number}/clocks/",
        f"/desk/objections/{o.number}/correct/",
        f"/desk/objections/{o.number}/withdraw/",
        "/desk/objections/file/",
    ):
        r = desk.get(u)
        assert r.status_code == 200, u
    base = f"/desk/objections/{o.number}/"
    assert desk.post(base + "acknowledge/").status_code == 303
    assert desk.post(base + "record/").status_code == 303
    assert desk.get(base + "hand-over/").status_code == 200
    assert (
        desk.post(
            base + "hand-over/",
            {"lead": "technical_support", "departments": ["warehouse_logistics"]},
        ).status_code
        == 303
    )
    o.refresh_from_db()
    assert o.status == "handed_off"
    h = handler_of("technical_support")
    c = Client()
    c.force_login(h)
    r = c.get("/desk/handovers/")
    assert r.status_code == 200
    assert c.get(base).status_code == 200
    assert c.post(base + "accept/").status_code == 303
    assert c.get(base + "return/").status_code == 200
    s = UserFactory.create(role=Role.SUPERVISOR)
    c.force_login(s)
    assert c.get("/supervise/").status_code in (200,), c.get("/supervise/")
