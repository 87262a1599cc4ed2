"""Every clock reckoned in bulk under the terms that it has, beside its record."""

from datetime import datetime

import numpy as np

from sla import what_if
from sla.ledger import microseconds
from sla.models import Clock, Compare, Target
from sla.services import lives, rules
from sla.services.what_if import editions
from tests.sla.opening_hours import moment


def reckoned_wrong(*, at: datetime) -> list[str]:
    """Clocks whose deadline or verdict comes out differently from what is on record."""
    wrong, reckoned = [], 0
    clocks = Clock.objects.filter(continues=None)
    for target in Target.objects.select_related("calendar").filter(
        pk__in=clocks.values("target")
    ):
        record = lives.read(clocks.filter(target=target), at=at)
        terms = rules.terms_of(target)
        counted_on = editions(terms.limit, record.lives.promised)
        due = what_if.deadlines(terms, record.lives, counted_on)
        strict = target.compare == Compare.BEFORE
        now = what_if.verdicts(record.lives, due, strict=strict, at=microseconds(at))
        reckoned += len(record)
        different = (due != record.due) | (now != record.verdict)
        wrong += [
            f"{target.code} {record.keys[n]}: {moment(int(due[n]))} {now[n]}, on record"
            f" {moment(int(record.due[n]))} {record.verdict[n]}"
            for n in np.flatnonzero(different)
        ]
    assert reckoned == clocks.count() > 0
    return wrong
