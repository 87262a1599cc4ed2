"""Who asks in a made-up year: half of the cases are of somebody who asked before."""

from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Final

from customers.encryption import blind_index, encrypt
from helpdesk.setup.scale.rows import CUSTOMERS, Rows
from helpdesk.setup.scale.wording import Words

# One in so many leaves no number; who does so is nobody's regular.
WITHOUT_PHONE: Final = 8
# No common factor with the count of numbers behind a prefix: each gets another one.
STRIDE: Final = 48_271
NUMBERS: Final = 10**8
PREFIXES: Final = ("138", "139", "136", "158", "159", "186", "188", "137", "150", "133")


@dataclass(frozen=True)
class Asker:
    """The customer of a ticket, and whether it is their first one."""

    pk: int
    is_new: bool


def asker(ticket: int, random: Random) -> Asker:
    """Who asks by the ticket of a key; every second one somebody new."""
    newest = (ticket + 1) // 2
    if ticket % 2:
        return Asker(newest, is_new=True)
    known = 1 + int(newest * random.random() ** 0.5)
    known -= known % WITHOUT_PHONE == 0
    return Asker(min(known, newest), is_new=False)


def write(
    who: Asker,
    made: Rows,
    words: Words,
    *,
    at: datetime,
    seed: int,
    consented_at: datetime | None,
) -> None:
    """The row of a new customer, contacts as the product keeps them."""
    phone = _phone(who.pk, seed=seed) if who.pk % WITHOUT_PHONE else ""
    row = (
        *(who.pk, words.word("surnames"), encrypt(phone) if phone else ""),
        *(blind_index(phone) if phone else "", phone[-4:], at, consented_at),
    )
    made.add(CUSTOMERS, row)


def _phone(customer: int, *, seed: int) -> str:
    """Another number for each customer, as E.164."""
    prefix = PREFIXES[customer % len(PREFIXES)]
    return f"+86{prefix}{(customer * STRIDE + seed) % NUMBERS:08}"
