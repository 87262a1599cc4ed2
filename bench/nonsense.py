"""Requests that pass every door, signed in and with a valid token, and make no sense.

Each is a sensible one in which something is wrong: a value, its type, its bytes, the
form around it, or the file beside it.
"""

import json
import random
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlencode

from django.utils import timezone

from bench import people
from bench.acts import CSRF
from bench.clients import request
from staff.models import Role
from staff.services import make_api_token

WRITERS: Final = 50
BOUNDARY: Final = "shoushi"
LONG: Final = 20_000
TEXTS: Final[tuple[str | bytes, ...]] = (
    *("", " ", "\x00", "a\x00b", "-1", "0", "9" * 400, "1e999", "NaN", "null", "[]"),
    *("2026-02-30", "no_such_topic", "../../etc/passwd", "{{ 7 * 7 }}", "%00", "\r\n"),
    *("' OR 1=1 --", "<script>", "\u202e\u2066", "\ufeff", "长" * LONG, "𠮷" * 4001),
    *(b"\xff\xfe\xfa", b"\xed\xa0\x80", b"%zz%", b"\xc3\x28" * 5000),
)
VALUES: Final[tuple[Any, ...]] = (
    *(None, True, -1, 0, 10**400, 1.5, [], {}, [[]], {"a": {}}, ["a"] * 1000),
    *("", "\x00", "\ud800", "a\x00b", "no_such", "长" * LONG, "9" * 400),
)
# A picture of 60,000 by 60,000, as it says, and others that are none.
FILES: Final = (
    bytes.fromhex("89504e470d0a1a0a0000000d494844520000ea600000ea600802000000"),
    b"\xff\xd8\xff\xe0" + b"\x00" * 100,
    b"GIF89a",
    b"%PDF-1.7\n%%EOF",
    b"PK\x03\x04" + b"\x00" * 200,
    b"",
)
NAMES: Final = ("a.jpg", "a.png", "\u202egnp.exe", "a" * 500 + ".jpg", "", "../a.jpg")


def nonsense(count: int) -> Iterator[bytes]:
    """So many, through each door by turns."""
    dice = random.Random(7)  # noqa: S311 - chance, not secrecy
    agents = people.hired(Role.AGENT, count=WRITERS)
    cookies = [people.cookie(agent) for agent in agents]
    tokens = [make_api_token(agent, at=timezone.now()) for agent in agents]
    numbers = [people.ask().number for _ in agents]
    for n in range(count):
        who = n // 4 % WRITERS
        reply = f"/desk/inquiries/{numbers[who]}/reply/"
        match n % 4:
            case 0:
                yield from form(dice, n, "/ask/", question(), "")
            case 1:
                yield from form(dice, n, reply, answer(), cookies[who])
            case 2:
                yield filing(dice, tokens[who])
            case _:
                yield upload(dice, n)


def question() -> dict[str, str]:
    """What a customer sends who means well."""
    return {
        "client_token": str(uuid.uuid4()),
        "surname": "王",
        "phone": "13800138000",
        "email": "",
        "topic": "rental_price",
        "text": people.TEXT,
    }


def answer() -> dict[str, str]:
    """What a colleague sends."""
    return {
        "client_token": str(uuid.uuid4()),
        "text": "您好，有货。",
        "confirmed": "",
        "override_reason": "",
    }


def headers(n: int, session: str = "", **more: str) -> dict[str, str]:
    """With which it passes: a valid pair, and an address that nobody else has."""
    return {
        "Cookie": f"csrftoken={CSRF}; {session}",
        "X_CSRFToken": CSRF,
        "HX_Request": "true",
        "X_Forwarded_For": f"11.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}",
        **more,
    }


def form(
    dice: random.Random, n: int, path: str, fields: dict[str, str], session: str
) -> Iterator[bytes]:
    """A form with one wrong value, with a file that is none, or broken."""
    spoilt: dict[str, str | bytes] = {**fields}
    sent = headers(n, session)
    kind = dice.randrange(3)
    if kind == 0:
        spoilt[dice.choice([*fields, "unknown"])] = dice.choice(TEXTS)
        yield request("POST", path, body=urlencode(spoilt).encode(), **sent)
        return
    body = multipart(fields, name=dice.choice(NAMES), file=dice.choice(FILES))
    if kind == 2:
        body = broken(dice, body)
    content = f"multipart/form-data; boundary={BOUNDARY}"
    yield request("POST", path, body=body, kind=content, **sent)


def multipart(fields: Mapping[str, str], *, name: str, file: bytes) -> bytes:
    """A whole form with a file."""
    parts = [
        f'Content-Disposition: form-data; name="{field}"\r\n\r\n{value}'.encode()
        for field, value in fields.items()
    ]
    head = f'Content-Disposition: form-data; name="files"; filename="{name}"\r\n'
    parts.append(f"{head}Content-Type: image/jpeg\r\n\r\n".encode() + file)
    rule = f"--{BOUNDARY}".encode()
    return b"".join(rule + b"\r\n" + it + b"\r\n" for it in parts) + rule + b"--\r\n"


def broken(dice: random.Random, body: bytes) -> bytes:
    """Cut off, without its rules, with bytes that no text has, or of too many parts."""
    match dice.randrange(5):
        case 0:
            return body[: dice.randrange(len(body))]
        case 1:
            return body.replace(f"--{BOUNDARY}".encode(), b"--other")
        case 2:
            return body.replace(b'name="', b'name="\x00\xff')
        case 3:
            return body.replace(b"\r\n\r\n", b"\r\nContent-Transfer-Encoding: base64")
        case _:
            return body[: body.index(b"\r\n") + 2] * 5000 + body


def filing(dice: random.Random, token: str) -> bytes:
    """A question of another system."""
    fields: dict[str, Any] = {
        "client_token": str(uuid.uuid4()),
        "channel": "web_chat",
        "customer": {"surname": "王", "phone": "13900139000", "email": ""},
        "topic": "rental_price",
        "text": people.TEXT,
    }
    place = dice.choice([*fields, *fields["customer"]])
    inside = fields["customer"] if place in fields["customer"] else fields
    inside[place] = dice.choice(VALUES)
    body = json.dumps(fields).encode()
    match dice.randrange(8):
        case 0:
            body = b"[" * 100_000
        case 1:
            body = b'{"a":' * 50_000 + b"1" + b"}" * 50_000
        case 2:
            body = json.dumps([fields] * 1000).encode()[:1_000_000]
        case 3:
            body = body.replace(b'"', b"\xff", dice.randrange(5))
        case _:
            pass
    return request(
        "POST",
        "/api/v1/inquiries/",
        body=body,
        kind="application/json",
        Authorization=f"Token {token}",
    )


def upload(dice: random.Random, n: int) -> bytes:
    """Room for a file of a strange size, or a part of one that nobody has."""
    sizes: Sequence[str] = ("-1", "0", "1e3", "9" * 30, "１", "", "10")
    if dice.randrange(3) == 0:
        offset = dice.choice(sizes).encode("ascii", "replace").decode()
        return request(
            "PATCH",
            f"/objections/uploads/{uuid.uuid4()}/",
            body=dice.randbytes(1000),
            kind="application/offset+octet-stream",
            **headers(n, Upload_Offset=offset),
        )
    fields = {"client_token": dice.choice(TEXTS), "name": dice.choice(TEXTS)}
    if dice.randrange(2):
        fields["client_token"] = str(uuid.uuid4())
    size = dice.choice(sizes).encode("ascii", "replace").decode()
    return request(
        "POST",
        "/objections/uploads/",
        body=urlencode(fields).encode(),
        **headers(n, Upload_Length=size),
    )
