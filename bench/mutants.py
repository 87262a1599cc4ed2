"""Mistakes that somebody could make in the engine, each with the test that finds it."""

from dataclasses import dataclass
from typing import Final

MOVES: Final = "sla/services/moves.py"
CLOCKS: Final = "sla/services/clocks.py"
PAUSES: Final = "sla/services/pauses.py"
CORRECTIONS: Final = "sla/services/corrections.py"
CLAIMS: Final = "sla/claims.py"
PROMISE: Final = "sla/promise.py"
BUSINESS: Final = "sla/business_time.py"
REPLAY: Final = "sla/replay.py"
AUDIT: Final = "sla/services/audit.py"
EXTRACTS: Final = "sla/services/extracts.py"


@dataclass(frozen=True)
class Mutant:
    """A mistake: in `file`, `now` stands where `was` stood; `test` must fail."""

    mistake: str
    file: str
    was: str
    now: str
    test: str


MUTANTS: Final = (
    # --- The verdict
    Mutant(
        "`<` for `<=` in the verdict",
        MOVES,
        "return at > self.clock.due_at",
        "return at >= self.clock.due_at",
        "test_clocks.py::test_an_answer_at_the_deadline_itself_keeps_the_promise",
    ),
    Mutant(
        "`<=` for `<` where the promise is strict",
        MOVES,
        "return at >= self.clock.due_at",
        "return at > self.clock.due_at",
        "test_clocks.py::"
        "test_where_the_promise_says_before_the_deadline_instant_is_too_late",
    ),
    Mutant(
        "a late answer swallows the breach",
        MOVES,
        "        if self.is_late(at=at):\n            self.breach(",
        "        if False:\n            self.breach(",
        "test_clocks.py::test_a_late_answer_is_a_breach_even_if_no_sweep_ran",
    ),
    Mutant(
        "a late cancellation wipes the miss out",
        MOVES,
        "        if clock.breached_at is not None:\n            clock.outcome",
        "        if clock.breached_at is not None and not cancelled:\n"
        "            clock.outcome",
        "test_clocks.py::test_cancelling_too_late_does_not_swallow_the_breach",
    ),
    Mutant(
        "the record runs backwards",
        MOVES,
        "return max(at, self.clock.recorded_at)",
        "return at",
        "test_clocks.py::test_an_act_that_arrives_after_a_later_line_takes_effect_then",
    ),
    Mutant(
        "an automatic greeting stops the clock",
        CLOCKS,
        "if held is None or not held.target.auto_counts:",
        "if held is None:",
        "test_clocks.py::test_an_automatic_greeting_does_not_stop_the_clock",
    ),
    Mutant(
        "a merged ticket's paused clock goes on",
        CLOCKS,
        "ticket.clocks.unfinished()",
        "ticket.clocks.running()",
        "test_pauses.py::test_merging_cancels_a_paused_clock_too",
    ),
    # --- The detector
    Mutant(
        "no SKIP LOCKED: one that somebody holds stops all",
        CLAIMS,
        "       FOR UPDATE SKIP LOCKED",
        "       FOR UPDATE",
        "test_detector.py::"
        "test_a_row_that_somebody_else_holds_is_skipped_and_found_later",
    ),
    Mutant(
        "read, then write: no lock at all",
        CLAIMS,
        "     LIMIT %(limit)s\n       FOR UPDATE SKIP LOCKED",
        "     LIMIT %(limit)s",
        "test_detector.py::"
        "test_a_row_that_somebody_else_holds_is_skipped_and_found_later",
    ),
    Mutant(
        "no unique key: a line can be written twice",
        "sla/migrations/0001_tables.py",
        "models.UniqueConstraint(fields=('clock', 'kind', 'step'),"
        " name='clock_event_once')",
        "models.UniqueConstraint(fields=('clock', 'kind', 'step', 'id'),"
        " name='clock_event_once')",
        "test_ledger.py::test_a_line_is_possible_once_only_whoever_writes_it",
    ),
    Mutant(
        "the deadline instant itself is taken from the agent",
        CLAIMS,
        "status = 'running' AND wake_at < %(at)s",
        "status = 'running' AND wake_at <= %(at)s",
        "test_detector.py::test_a_row_at_the_exact_boundary_waits_and_is_not_stuck",
    ),
    Mutant(
        "the breach is dated at its detection",
        CLAIMS,
        "{_KIND_SQL} AS kind, {_AT_SQL} AS at",
        "{_KIND_SQL} AS kind, {_RECORDED_AT_SQL} AS at",
        "test_clocks.py::"
        "test_a_breach_is_dated_at_the_deadline_however_late_it_is_found",
    ),
    Mutant(
        "the time of the poll is the time of the breach",
        CLAIMS,
        "WHEN clock.breach_step THEN clock.due_at ELSE clock.breached_at END",
        "WHEN clock.breach_step THEN %(at)s::timestamptz ELSE clock.breached_at END",
        "test_clocks.py::"
        "test_a_breach_is_dated_at_the_deadline_however_late_it_is_found",
    ),
    Mutant(
        "one step a pass: a ladder lags behind after an outage",
        CLAIMS,
        "again=len(instants) == limit or bool(next_is_due)",
        "again=len(instants) == limit",
        "test_detector.py::test_an_outage_of_a_night_takes_every_step_in_one_pass",
    ),
    Mutant(
        "a bad row stops everybody",
        CLAIMS,
        "        if not is_fault_of_a_row(error):\n            raise",
        "        raise",
        "test_poison.py::"
        "test_a_bad_row_is_set_aside_and_all_others_move_in_the_same_pass",
    ),
    # --- Business time
    Mutant(
        "wall time for opening hours",
        PROMISE,
        "        return calendar.add(start, self.amount)",
        "        return start + self.amount",
        "test_promise.py::test_each_unit_has_its_own_deadline",
    ),
    Mutant(
        "a working day is 86,400 seconds",
        PROMISE,
        "return calendar.close_of_working_day(start, self.days)",
        "return start + timedelta(seconds=86_400) * self.days",
        "test_promise.py::test_each_unit_has_its_own_deadline",
    ),
    Mutant(
        "the day of recording counts as a working day",
        BUSINESS,
        "bisect_right(self.working_days, today)",
        "bisect_left(self.working_days, today)",
        "test_promise.py::test_each_unit_has_its_own_deadline",
    ),
    Mutant(
        "an adjusted workday stays a weekend",
        BUSINESS,
        "works = adjusted or day.weekday()",
        "works = day.weekday()",
        "test_business_time.py",
    ),
    Mutant(
        "a deadline on closing time waits for the next opening",
        BUSINESS,
        "stretch = bisect_left(self.before, total) - 1",
        "stretch = bisect_right(self.before, total) - 1",
        "test_business_time.py",
    ),
    Mutant(
        "every day has 86,400 seconds, also where clocks are changed",
        BUSINESS,
        "return _moment(self.clock.end_of(midnight))",
        "return _moment(midnight + self._instant(start) - self.clock.shown("
        "self._instant(start)))",
        "test_business_time_laws.py",
    ),
    Mutant(
        "a holiday makes an escalation earlier",
        PROMISE,
        "            instants.append(max(instant, earliest))",
        "            instants.append(instant)",
        "test_promise.py",
    ),
    # --- Pauses
    Mutant(
        "what is left over a pause is rounded to minutes",
        PROMISE,
        "        left = counted.elapsed(paused_at, instant, calendars)",
        "        left = counted.elapsed(paused_at, instant, calendars)\n"
        "        left = timedelta(minutes=left // timedelta(minutes=1))",
        "test_pauses.py::test_a_resumed_clock_has_exactly_the_time_that_it_had_left",
    ),
    Mutant(
        "a pause shifts the deadline by wall time",
        PROMISE,
        "        return counted.forward(resumed_at, left, calendars)",
        "        return instant + (resumed_at - paused_at)",
        "test_pauses.py::test_a_pause_over_night_costs_nothing_in_opening_hours",
    ),
    Mutant(
        "pausing at the deadline escapes it",
        PAUSES,
        "    if effective >= clock.due_at:\n        held.breach(at=effective)\n",
        "",
        "test_pauses.py::test_pausing_at_or_after_the_deadline_misses_it_first",
    ),
    Mutant(
        "a pause ends when somebody looks, not at its limit",
        MOVES,
        "self.resume(pause, at=limit, by=None)",
        "self.resume(pause, at=at, by=None)",
        "test_pauses.py::test_a_pause_ends_by_itself_when_its_time_is_over",
    ),
    Mutant(
        "each pause has the whole time again",
        PROMISE,
        "    if not used:\n        return allowed.after(at, calendars)",
        "    if True:\n        return allowed.after(at, calendars)",
        "test_pauses.py::test_all_pauses_for_one_reason_share_its_limit",
    ),
    Mutant(
        "a new version gives the time of a pause again",
        PAUSES,
        "pause.rule.code == rule.code and",
        "pause.rule_id == rule.pk and",
        "test_recomputing.py::"
        "test_pauses_for_one_reason_share_its_time_across_versions",
    ),
    # --- Versions and corrections
    Mutant(
        "rules are edited in place",
        "sla/migrations/0002_rules.py",
        "IF OLD.published_at IS NOT NULL THEN",
        "IF false THEN",
        "test_versions.py::test_what_is_published_is_frozen_in_the_database_itself",
    ),
    Mutant(
        "easier terms mend a broken promise",
        CORRECTIONS,
        "        # Nobody has noticed yet; other terms do not mend a broken promise.\n"
        "        return False",
        "        pass",
        "test_recomputing.py::"
        "test_a_broken_promise_is_not_mended_before_anybody_noticed",
    ),
    Mutant(
        "a step is taken twice after two changes of terms",
        CORRECTIONS,
        "min(lines[ClockEventKind.WARNING], promised.breach_step)",
        "min(clock.next_step, promised.breach_step)",
        "test_recomputing.py::"
        "test_no_step_is_taken_twice_between_terms_with_and_without_a_warning",
    ),
    Mutant(
        "new terms forget the pauses",
        CORRECTIONS,
        "        if pause.resumed_at is not None:",
        "        if False:",
        "test_corrections.py::test_other_terms_count_the_pauses_as_they_were",
    ),
    Mutant(
        "late word of a late answer makes it kept",
        CORRECTIONS,
        "    if clock.outcome == Outcome.MISSED and not held.is_late(at=occurred_at):",
        "    if clock.outcome == Outcome.MISSED:",
        "test_corrections.py::test_late_word_of_a_late_answer_stays_missed",
    ),
    Mutant(
        "a continued promise gets all its time again",
        CLOCKS,
        "        terms = terms.left(left)\n",
        "",
        "test_corrections.py::test_a_continued_promise_gets_what_was_left_of_it",
    ),
    # --- Proof
    Mutant(
        "the detail is not in the hash",
        "sla/ledger.py",
        "            *([detail] if detail else []),\n",
        "",
        "test_audit.py::test_another_detail_breaks_the_chain",
    ),
    Mutant(
        "the lines are not linked",
        "sla/ledger.py",
        "            previous,\n            str(clock_id),",
        '            "",\n            str(clock_id),',
        "test_ledger.py::test_python_and_postgresql_make_the_same_link",
    ),
    Mutant(
        "the end of the record is not compared",
        AUDIT,
        "    if previous != clock.chain_head:",
        "    if False:",
        "test_ledger.py::test_a_change_behind_the_databases_back_is_found",
    ),
    Mutant(
        "the target is believed, not proven",
        AUDIT,
        "    if clock.target_id != told.target:",
        "    if False:",
        "test_audit.py::"
        "test_another_promise_that_fits_the_deadline_and_schedule_is_found",
    ),
    Mutant(
        "a missing breach is not missed",
        REPLAY,
        "        if self._is_late(line.at) and self.breached_at is None:",
        "        if False:",
        "test_audit.py::test_a_breach_that_was_swallowed_is_found",
    ),
    Mutant(
        "an extract tells of things after its month",
        EXTRACTS,
        "[line for line in record.lines if line.recorded_at < period.ends]",
        "record.lines",
        "test_extract.py::"
        "test_the_same_month_gives_the_same_bytes_whatever_happens_later",
    ),
    Mutant(
        "a signature is taken on trust",
        "sla/seal.py",
        "            public.verify(base64.b64decode(signature, validate=False), raw)\n",
        "",
        "test_extract.py::test_one_wrong_byte_is_found_and_its_file_named",
    ),
)
