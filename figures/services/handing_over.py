"""One shift hands to the next: the sheet is drawn up, and signed by both."""

from datetime import date, datetime, timedelta
from typing import Final

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from figures.frozen import fingerprint
from figures.models.shift_ends import MOST_WORDS, ShiftSheet
from figures.services.standing_work import following, standing_work
from staff.models import ANSWERS, SUPERVISES, Shift, User
from staff.shifts import Turn
from tickets.workflow import IllegalStep, NotAllowed

# Whoever hands over writes the sheet while still at work.
DRAWN_UP_FROM: Final = timedelta(minutes=30)
DRAWN_UP_UNTIL: Final = timedelta(hours=24)
SIGNS: Final = ANSWERS | SUPERVISES


def draw_up(shift: Shift, day: date, *, by: User | None, at: datetime) -> ShiftSheet:
    """Freeze what is open at the end of a turn, once; by None it is the job that does.

    Raises NotAllowed for those who neither answer nor supervise, and IllegalStep before
    the last half hour of the turn or a day after it.
    """
    if by is not None and by.role not in SIGNS:
        raise NotAllowed("draw_up")
    turn = shift.turn(day)
    if at < turn.until - DRAWN_UP_FROM:
        opens = timezone.localtime(turn.until - DRAWN_UP_FROM)
        raise IllegalStep(
            _("The sheet of this shift is drawn up from %(time)s on.")
            % {"time": f"{opens:%m-%d %H:%M}"},
            step="draw_up",
            status="running",
        )
    if known := ShiftSheet.objects.filter(shift=shift, day=day).first():
        return known
    if at > turn.until + DRAWN_UP_UNTIL:
        raise IllegalStep(
            _("This shift ended too long ago to say what was open then."),
            step="draw_up",
            status="over",
        )
    content = sheet_content(shift, turn, at=at)
    ShiftSheet.objects.bulk_create(
        [
            ShiftSheet(
                shift=shift,
                day=day,
                since=turn.since,
                until=turn.until,
                made_at=at,
                content=content,
                hash=fingerprint(content),
            )
        ],
        ignore_conflicts=True,
    )
    return ShiftSheet.objects.get(shift=shift, day=day)


def sheet_content(shift: Shift, turn: Turn, *, at: datetime) -> dict[str, object]:
    """What is frozen: both shifts by name, and what is open."""
    taking, next_turn = following(turn)
    return {
        "shift": _named(shift),
        "next": _named(taking) if taking else None,
        **standing_work(turn, following=next_turn, at=at),
    }


def _named(shift: Shift) -> dict[str, str]:
    return {
        "code": shift.code,
        "name_zh": shift.name_zh,
        "name_en": shift.name_en,
        "hours": shift.span,
    }


def hand_over(sheet: ShiftSheet, *, words: str, by: User, at: datetime) -> ShiftSheet:
    """The outgoing sign, with free words; the first signature counts.

    Raises NotAllowed, ValidationError for words that cannot be kept, and IllegalStep if
    somebody else has signed.
    """
    if by.role not in SIGNS:
        raise NotAllowed("hand_over")
    words = _kept(words)
    signed = ShiftSheet.objects.filter(pk=sheet.pk, handed_by=None).update(
        handed_by=by, handed_at=at, words=words
    )
    sheet = ShiftSheet.objects.select_related("handed_by").get(pk=sheet.pk)
    if not signed and (sheet.handed_by_id, sheet.words) != (by.pk, words):
        raise IllegalStep(
            _("%(name)s has handed this shift over already.")
            % {"name": sheet.handed_by},
            step="hand_over",
            status="handed_over",
        )
    return sheet


def take_over(sheet: ShiftSheet, *, by: User, at: datetime) -> ShiftSheet:
    """The next sign that they have read the sheet; another person than handed it over.

    Raises NotAllowed, and IllegalStep before the outgoing have signed, for the person
    who handed over, and if somebody else has taken over.
    """
    if by.role not in SIGNS:
        raise NotAllowed("take_over")
    signed = (
        ShiftSheet.objects.filter(pk=sheet.pk, handed_at__lte=at, taken_by=None)
        .exclude(handed_by=by)
        .update(taken_by=by, taken_at=at)
    )
    sheet = ShiftSheet.objects.select_related("taken_by").get(pk=sheet.pk)
    if not signed and sheet.taken_by_id != by.pk:
        raise IllegalStep(_why_not(sheet, by), step="take_over", status="handed_over")
    return sheet


def _why_not(sheet: ShiftSheet, by: User) -> str:
    if sheet.taken_by is not None:
        return _("%(name)s has taken this shift over already.") % {
            "name": sheet.taken_by
        }
    if sheet.handed_by_id == by.pk:
        return _("Whoever handed over does not take over: another person signs.")
    return _("Nobody has handed this shift over yet.")


def _kept(words: str) -> str:
    words = words.replace("\r\n", "\n").strip()
    if "\x00" in words:
        raise ValidationError(
            {"words": _("This text holds a character that cannot be kept.")}
        )
    if len(words) > MOST_WORDS:
        raise ValidationError(
            {"words": _("At most %(n)d characters.") % {"n": MOST_WORDS}}
        )
    return words
