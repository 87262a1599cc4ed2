"""One form of an open objection, and the verb that takes what is filled in."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise

from helpdesk.forms import PlainForm
from objections.workflow import Step

if TYPE_CHECKING:
    from helpdesk.desk.objection import ObjectionWorkspace

Given = dict[str, Any]


@dataclass(frozen=True)
class Act:
    """One form: what it is called, what it carries, and what takes it."""

    name: str
    step: Step
    title: str | Promise
    clauses: str
    act: str | Promise
    form: Callable[..., PlainForm]
    options: Callable[["ObjectionWorkspace"], dict[str, Any]]
    verb: Callable[["ObjectionWorkspace", Given], object]
    template: str = "components/form_rows.html"
    wide: bool = False
    uploads: bool = False

    def form_for(self, workspace: "ObjectionWorkspace", *args: Any) -> PlainForm:
        """The form, empty or with what was sent."""
        return self.form(
            *args,
            auto_id=f"{self.name}-%s",
            slots=f"error-{self.name}",
            **self.options(workspace),
        )
