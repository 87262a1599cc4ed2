"""The hash chain of a clock's record, computed alike by Python and by PostgreSQL."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Final

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
SEPARATOR: Final = "|"

# The same text as `link` makes for a line without detail; `{previous}` and the rest
# are SQL expressions.
LINK_SQL: Final = (
    "encode(sha256(convert_to(concat_ws('|', {previous}, {clock_id}::text, {kind},"
    " {step}::text, (extract(epoch FROM {at}) * 1000000)::bigint::text,"
    " (extract(epoch FROM {recorded_at}) * 1000000)::bigint::text, ''),"
    " 'UTF8')), 'hex')"
)


def microseconds(instant: datetime) -> int:
    """Whole microseconds since 1970, without passing through a float."""
    return (instant - EPOCH) // timedelta(microseconds=1)


def link(
    *,
    previous: str,
    clock_id: int,
    kind: str,
    step: int,
    at: datetime,
    recorded_at: datetime,
    actor_id: int | None,
    detail: str = "",
) -> str:
    """The hash of one line, covering the line before it and what the line adds."""
    content = SEPARATOR.join(
        [
            previous,
            str(clock_id),
            kind,
            str(step),
            str(microseconds(at)),
            str(microseconds(recorded_at)),
            "" if actor_id is None else str(actor_id),
            *([detail] if detail else []),
        ]
    )
    return hashlib.sha256(content.encode()).hexdigest()
