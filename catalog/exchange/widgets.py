"""How a value becomes a cell and a cell a value; what is not clear is refused."""

import json
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.db import models
from django.utils.translation import gettext as _
from import_export.widgets import Widget

YES: Final = frozenset({"true", "1", "yes", "y", "是", "√"})
NO: Final = frozenset({"false", "0", "no", "n", "否", "×"})


class Text(Widget):
    """Text as it is, without spaces around it."""

    def clean(self, value: Any, row: Any = None, **options: Any) -> Any:
        return str(value).strip()

    def render(self, value: Any, obj: Any = None, **options: Any) -> Any:
        return "" if value is None else str(value)


class Amount(Widget):
    """A decimal number, exactly as written."""

    def clean(self, value: Any, row: Any = None, **options: Any) -> Any:
        text = str(value).strip()
        if not text:
            return None
        try:
            number = Decimal(text)
        except InvalidOperation:
            raise ValueError(
                _("“%(text)s” is not a number.") % {"text": text}
            ) from None
        if not number.is_finite():
            raise ValueError(_("“%(text)s” is not a number.") % {"text": text})
        return number

    def render(self, value: Any, obj: Any = None, **options: Any) -> Any:
        return "" if value is None else Decimal(f"{Decimal(value).normalize():f}")


class Whole(Amount):
    """A number without a fraction; 4.5 is not quietly 4."""

    def clean(self, value: Any, row: Any = None, **options: Any) -> Any:
        number = super().clean(value, row, **options)
        if number is None:
            return None
        if number != number.to_integral_value():
            text = str(value).strip()
            raise ValueError(_("“%(text)s” is not a whole number.") % {"text": text})
        return int(number)

    def render(self, value: Any, obj: Any = None, **options: Any) -> Any:
        return "" if value is None else int(value)


class YesNo(Widget):
    """Yes or no, as people write it in Chinese or English."""

    def clean(self, value: Any, row: Any = None, **options: Any) -> Any:
        text = str(value).strip().lower()
        if text in YES:
            return True
        if text in NO:
            return False
        raise ValueError(_("Write true or false, not “%(text)s”.") % {"text": text})

    def render(self, value: Any, obj: Any = None, **options: Any) -> Any:
        return "true" if value else "false"


class Day(Widget):
    """A date as 2026-11-30."""

    def clean(self, value: Any, row: Any = None, **options: Any) -> Any:
        text = str(value).strip().replace("/", "-")
        if not text:
            return None
        try:
            year, month, day = (int(part) for part in text.split("-"))
            return date(year, month, day)
        except ValueError:
            raise ValueError(
                _("“%(text)s” is not a date such as 2026-11-30.") % {"text": text}
            ) from None

    def render(self, value: Any, obj: Any = None, **options: Any) -> Any:
        return value.isoformat() if value else ""


class Json(Widget):
    """Figures of a device as {"name": value}."""

    def clean(self, value: Any, row: Any = None, **options: Any) -> Any:
        text = str(value).strip()
        if not text:
            return {}
        try:
            return json.loads(text)
        except ValueError:
            raise ValueError(_('This is not JSON such as {"zoom": "20x"}.')) from None

    def render(self, value: Any, obj: Any = None, **options: Any) -> Any:
        return json.dumps(value, ensure_ascii=False)


class ByCode(Widget):
    """A row of another table, named by its code."""

    def __init__(self, model: type[models.Model]) -> None:
        super().__init__()
        self.model = model

    def clean(self, value: Any, row: Any = None, **options: Any) -> Any:
        code = str(value).strip()
        found = self.model._default_manager.filter(code=code).first()  # noqa: SLF001
        if found is None:
            raise ValueError(
                _("There is no %(what)s with the code “%(code)s”.")
                % {"what": self.model._meta.verbose_name, "code": code}  # noqa: SLF001
            )
        return found

    def render(self, value: Any, obj: Any = None, **options: Any) -> Any:
        return "" if value is None else value.code


WIDGETS: Final[dict[Any, type[Widget]]] = {
    models.DecimalField: Amount,
    models.PositiveSmallIntegerField: Whole,
    models.BooleanField: YesNo,
    models.DateField: Day,
    models.JSONField: Json,
}


def widget_for(field: Any) -> Widget:
    """What turns this column of a table into cells and back."""
    if isinstance(field, models.ForeignKey):
        return ByCode(field.related_model)
    return WIDGETS.get(type(field), Text)()
