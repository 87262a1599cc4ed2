"""Each promise of the dashboard: how it stood, beside its limit and its goal."""

from collections.abc import Mapping
from dataclasses import dataclass

from figures.services.promises import Standing
from sla.models import Target


@dataclass(frozen=True)
class PromiseRow:
    """One promise of the summary: how it stood, and in the other period."""

    code: str
    name: str
    limit: str
    now: Standing
    before: Standing | None
    href: str
    missed_href: str
    open_href: str
    is_chosen: bool
    goal: float | None = None

    @property
    def is_below(self) -> bool:
        """Whether fewer were kept than is the goal."""
        percent = self.now.share.percent
        return percent is not None and self.goal is not None and percent < self.goal

    @property
    def goal_or_all(self) -> float:
        """From where on the bar is full of good."""
        return 100.0 if self.goal is None else self.goal

    @property
    def low(self) -> float:
        """From where on the bar is no longer bad: half of what the goal leaves."""
        return max(0.0, 2 * self.goal_or_all - 100 - 10)

    @property
    def change(self) -> float | None:
        """In percentage points; None where one of the two periods has no share."""
        now = self.now.share.percent
        before = self.before.share.percent if self.before else None
        return None if now is None or before is None else round(now - before, 1)


def rules() -> Mapping[str, Target]:
    """Every promise that any version ever had, as its newest version says it."""
    found = (
        Target.objects.filter(version__published_at__isnull=False)
        .select_related("calendar")
        .order_by("code", "-version__effective_from", "-version__number")
        .distinct("code")
    )
    by_code = {target.code: target for target in found}
    return dict(sorted(by_code.items(), key=lambda it: (it[1].position, it[0])))
