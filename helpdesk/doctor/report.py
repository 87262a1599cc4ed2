"""Findings as lines for people, or as JSON for programs."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from typing import TextIO

from helpdesk.doctor.finding import Finding, Verdict


def write(findings: Iterable[Finding], *, out: TextIO, as_json: bool) -> int:
    """Print each finding as it comes; the exit code is 1 if anything failed."""
    seen = []
    for finding in findings:
        seen.append(finding)
        if not as_json:
            out.write(f"{line(finding)}\n")
            out.flush()
    counts = Counter(finding.verdict for finding in seen)
    failed = counts[Verdict.FAIL] > 0
    if as_json:
        status = Verdict.FAIL if failed else Verdict.OK
        if not failed and counts[Verdict.WARN]:
            status = Verdict.WARN
        facts = {"status": status, "findings": [asdict(finding) for finding in seen]}
        out.write(f"{json.dumps(facts, ensure_ascii=False, indent=2)}\n")
    else:
        out.write(f"\n{summary(counts)}\n")
    return 1 if failed else 0


def line(finding: Finding) -> str:
    """The verdict first, so that the eye finds what is wrong; the repair below."""
    text = f"{finding.verdict:<5} {finding.check:<17} {finding.said}"
    return f"{text}\n{'':<24}→ {finding.repair}" if finding.repair else text


def summary(counts: Counter[Verdict]) -> str:
    """The last line."""
    if not counts[Verdict.FAIL] and not counts[Verdict.WARN]:
        return "All is well."
    parts = [
        f"{counts[verdict]} {word}"
        for verdict, word in ((Verdict.FAIL, "failed"), (Verdict.WARN, "to look at"))
        if counts[verdict]
    ]
    return f"{', '.join(parts)}; the lines with → say what to do."
