"""What a frozen form says of a case beyond its filing: from the finding to the end."""

from typing import Any

from objections.models import DemandKind, MeasureKind, Objection

History = dict[str, list[dict[str, Any]]]


def history_of(objection: Objection) -> History:
    """What was found, proposed, answered, carried out, asked and reviewed, in order.

    What has not happened is not in it. People stand by their work numbers; what a
    customer could not be told, as who approved, is in the record of the steps.
    """
    found = {
        "findings": _findings(objection),
        "proposals": _proposals(objection),
        "actions": _actions(objection),
        "visits": _visits(objection),
        "appeals": _appeals(objection),
    }
    return {name: rows for name, rows in found.items() if rows}


def _findings(objection: Objection) -> list[dict[str, Any]]:
    found = objection.findings.select_related("found_by").prefetch_related("articles")
    return [
        {
            "round": it.round,
            "text": it.text,
            "responsibility": it.responsibility,
            "cause": it.cause,
            "contract_clause": it.contract_clause,
            "articles": [article.title for article in it.articles.all()],
            "found_at": it.found_at,
            "found_by": it.found_by.work_number,
        }
        for it in found
    ]


def _proposals(objection: Objection) -> list[dict[str, Any]]:
    """What the customer was sent, with the names that things had then."""
    sent = objection.proposals.filter(sent_at__isnull=False)
    found = sent.select_related("proposed_by").prefetch_related(
        "measures__kind", "demand_answers__kind"
    )
    return [
        {
            "number": it.number,
            "text": it.text,
            "amount": it.amount,
            "sent_at": it.sent_at,
            "proposed_by": it.proposed_by.work_number,
            "measures": [
                {**_named(one.kind), "amount": one.amount, "note": one.note}
                for one in it.measures.all()
            ],
            "demands": [
                {
                    **_named(one.kind),
                    "asked": one.asked,
                    "met": one.met,
                    "reason": one.reason,
                }
                for one in it.demand_answers.all()
            ],
            "answer": it.answer,
            "answered_at": it.answered_at,
            "answer_channel": it.answer_channel,
            "answer_text": it.answer_text,
        }
        for it in found
    ]


def _actions(objection: Objection) -> list[dict[str, Any]]:
    found = objection.actions.select_related("measure__kind", "department", "done_by")
    return [
        {
            "number": it.number,
            **_named(it.measure.kind),
            "amount": it.measure.amount,
            "department": it.department.code,
            "agreed_at": it.agreed_at,
            "done_at": it.done_at,
            "done_by": it.done_by.work_number if it.done_by else "",
            "proof": it.proof,
        }
        for it in found
    ]


def _visits(objection: Objection) -> list[dict[str, Any]]:
    return [
        {
            "attempt": it.attempt,
            "made_at": it.made_at,
            "made_by": it.made_by.work_number if it.made_by else "",
            "reached": it.reached,
            "resolved": it.resolved,
            "satisfaction": it.satisfaction,
            "process_satisfaction": it.process_satisfaction,
            "text": it.text,
        }
        for it in objection.return_visits.select_related("made_by")
    ]


def _appeals(objection: Objection) -> list[dict[str, Any]]:
    return [
        {
            "number": it.number,
            "level": it.level,
            "reason": it.reason,
            "made_at": it.made_at,
            "granted": it.granted,
            "decision": it.decision,
            "decided_at": it.decided_at,
            "decided_by": it.decided_by.work_number if it.decided_by else "",
        }
        for it in objection.appeals.select_related("decided_by")
    ]


def _named(kind: MeasureKind | DemandKind) -> dict[str, str]:
    """A kind by its code, and by the names that it had then."""
    return {"kind": kind.code, "name_zh": kind.name_zh, "name_en": kind.name_en}
