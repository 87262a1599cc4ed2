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


def calls(
    verb: Callable[..., object],
) -> Callable[["ObjectionWorkspace", Given], object]:
    """A verb that takes what its form carries as it is."""

    def call(workspace: "ObjectionWorkspace", given: Given) -> object:
        return verb(workspace.objection, by=workspace.user, at=workspace.now, **given)

    return call


def calls_without_token(
    verb: Callable[..., object],
) -> Callable[["ObjectionWorkspace", Given], object]:
    """The same for a verb that knows a second click by what it says."""

    def call(workspace: "ObjectionWorkspace", given: Given) -> object:
        given.pop("client_token", None)
        return verb(workspace.objection, by=workspace.user, at=workspace.now, **given)

    return call


def _no_options(workspace: "ObjectionWorkspace") -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class Act:
    """One form: what it is called, what it carries, and what takes it."""

    name: str
    step: Step
    title: str | Promise
    act: str | Promise
    form: Callable[..., PlainForm]
    verb: Callable[["ObjectionWorkspace", Given], object]
    options: Callable[["ObjectionWorkspace"], dict[str, Any]] = _no_options
    clauses: str = ""
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
