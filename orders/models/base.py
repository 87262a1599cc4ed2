"""Where rows of orders come from: each names the import that brought it last."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class ImportRun(models.Model):
    """Files that were brought in together; one that changed nothing leaves no row."""

    at = models.DateTimeField(_("imported"))
    by = models.CharField(_("by"), max_length=80, blank=True)
    files = models.JSONField(_("files"))
    created = models.PositiveIntegerField(_("new rows"))
    changed = models.PositiveIntegerField(_("changed rows"))

    class Meta:
        verbose_name = _("import of order facts")
        verbose_name_plural = _("imports of order facts")
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"


class RowChange(models.Model):
    """A row that an import found otherwise: what was there and what is there now."""

    run = models.ForeignKey(ImportRun, models.PROTECT, related_name="changes")
    table = models.CharField(_("table"), max_length=20)
    key = models.CharField(_("key"), max_length=300)
    before = models.JSONField(_("before"))
    after = models.JSONField(_("after"))

    class Meta:
        verbose_name = _("changed row of an order")
        verbose_name_plural = _("changed rows of orders")
        ordering = ("pk",)
        indexes: ClassVar = [
            models.Index(fields=("table", "key"), name="row_change_of_row")
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.key}"


class Imported(models.Model):
    """A row as it stood in the file that brought it last."""

    run = models.ForeignKey(
        ImportRun,
        models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name=_("imported"),
    )

    class Meta:
        abstract = True


def money(label: Any) -> "models.DecimalField[Any, Any]":
    """An amount in yuan, to the cent."""
    return models.DecimalField(label, max_digits=12, decimal_places=2)


def moment(label: Any, *, needed: bool = False) -> "models.DateTimeField[Any, Any]":
    """When something happened; empty where nobody knows, unless it is needed."""
    return models.DateTimeField(label, null=not needed, blank=not needed)


def words(label: Any, most: int, *, needed: bool = False) -> Any:
    """A text of one line."""
    return models.CharField(label, max_length=most, blank=not needed)
