"""Which tables can be exchanged, and which of their columns."""

from dataclasses import dataclass
from typing import Any, Final

from django.db import models
from import_export.fields import Field
from import_export.resources import ModelResource, modelresource_factory

from catalog.exchange.widgets import widget_for
from catalog.models import (
    Accessory,
    DamageGrade,
    DeliveryZone,
    DepositWaiver,
    Device,
    DiscountRule,
    Kit,
    KitItem,
    PaymentMethod,
)


@dataclass(frozen=True)
class Cell:
    """One value that an import changes, or sets in a new row (`before` is empty)."""

    column: str
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Change:
    """What an import does to one row."""

    line: int
    key: str
    new: bool
    cells: tuple[Cell, ...]


class Rows(ModelResource):
    """One table; keeps what each line changes, and who changes it in the history.

    Give `import_data` the arguments `by`, `at`, `reason` and `lines`, the line of the
    file for each row.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.changes: list[Change] = []
        self.line = 0

    def get_queryset(self) -> "models.QuerySet[Any]":
        """The rows, held until the import is over."""
        found: models.QuerySet[Any] = super().get_queryset()
        return found.select_for_update(of=("self",))

    def before_import_row(self, row: Any, **options: Any) -> None:
        self.line = options["lines"][options["row_number"] - 1]

    def skip_row(
        self,
        instance: Any,
        original: Any,
        row: Any,
        import_validation_errors: Any = None,
    ) -> bool:
        """Nothing to save where nothing changes."""
        if import_validation_errors:
            return False
        new = original.pk is None
        cells = tuple(
            self._cell(field, original, instance, new=new)
            for field in self.get_import_fields()
            if field.column_name in row
            and (new or field.get_value(instance) != field.get_value(original))
        )
        if new or cells:
            key = " ".join(
                str(self.fields[name].export(instance))
                for name in self.get_import_id_fields()
            )
            self.changes.append(Change(self.line, key, new, cells))
        return not (new or cells)

    def _cell(self, field: Any, original: Any, instance: Any, *, new: bool) -> Cell:
        column = field.column_name
        label = self._meta.model._meta.get_field(column).verbose_name  # noqa: SLF001
        before = "" if new else str(field.export(original))
        return Cell(column, str(label), before, str(field.export(instance)))

    def before_save_instance(self, instance: Any, row: Any, **options: Any) -> None:
        """Say who and when, for the history."""
        instance._history_user = options["by"]  # noqa: SLF001 - how the library asks
        instance._history_date = options["at"]  # noqa: SLF001
        instance._change_reason = options["reason"]  # noqa: SLF001

    def after_import(self, dataset: Any, result: Any, **options: Any) -> None:
        """Numbers come from the database; the library need not set them right."""


def _resource(model: type[models.Model], *ids: str) -> type[Rows]:
    """Every column but the key, found again by the columns `ids`."""
    columns = [
        field
        for field in model._meta.get_fields()  # noqa: SLF001
        if field.concrete and not getattr(field, "primary_key", False)
    ]
    columns.sort(key=lambda field: field.name not in ids)
    names = [field.name for field in columns]
    made: type[Rows] = modelresource_factory(
        model,
        resource_class=Rows,
        meta_options={
            "fields": names,
            "import_order": names,
            "export_order": names,
            "import_id_fields": list(ids),
            "clean_model_instances": True,
            "skip_unchanged": True,
            "skip_html_diff": True,
            "use_transactions": True,
        },
        custom_fields={
            field.name: Field(
                attribute=field.name,
                column_name=field.name,
                widget=widget_for(field),
                default=getattr(field, "default", models.NOT_PROVIDED),
            )
            for field in columns
        },
    )
    return made


TABLES: Final[dict[str, type[Rows]]] = {
    "devices": _resource(Device, "code"),
    "kits": _resource(Kit, "code"),
    "kit_items": _resource(KitItem, "kit", "device"),
    "discounts": _resource(DiscountRule, "code"),
    "zones": _resource(DeliveryZone, "code"),
    "waivers": _resource(DepositWaiver, "code"),
    "damage_grades": _resource(DamageGrade, "code"),
    "accessories": _resource(Accessory, "code"),
    "payment_methods": _resource(PaymentMethod, "code"),
}


def table_of(model: type[models.Model]) -> str:
    """The name under which a model's rows are exchanged."""
    return next(
        name
        for name, resource in TABLES.items()
        if resource._meta.model is model  # noqa: SLF001
    )
