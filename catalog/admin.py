"""The catalogue in the back-office: edited, exchanged as files, never forgotten."""

import secrets
from datetime import datetime
from typing import Any, Final

from django import forms
from django.contrib import admin, messages
from django.core.cache import cache
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Count, Model, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import TabularInline
from unfold.decorators import action
from unfold.widgets import UnfoldAdminFileFieldWidget

from catalog.exchange import sheets
from catalog.exchange.resources import table_of
from catalog.exchange.sheets import CONTENT_TYPES, BadFile, Format
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
    Quarantine,
    Terms,
)
from catalog.services import exchange
from staff.admin import Kept, ReadOnly

CHECKED_FOR: Final = 3600
LINES: Final = 3


class UploadForm(forms.Form):
    """A file to be checked, not yet brought in."""

    file = forms.FileField(
        label=_("CSV or XLSX file"), widget=UnfoldAdminFileFieldWidget
    )

    def clean_file(self) -> "UploadedFile[Any]":
        file: UploadedFile[Any] = self.cleaned_data["file"]
        if (file.size or 0) > sheets.MAX_BYTES:
            raise forms.ValidationError(
                gettext("The file is larger than %(size)d MB.")
                % {"size": sheets.MAX_BYTES >> 20}
            )
        return file


class Remembered(SimpleHistoryAdmin, Kept):
    """Rows whose every state is kept, with who made it."""

    def formfield_for_dbfield(
        self, db_field: Any, request: HttpRequest, **options: Any
    ) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **options)
        if field is not None and isinstance(field.widget, forms.Textarea):
            field.widget.attrs["rows"] = LINES
        return field

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        _known(object_id)
        answer: HttpResponse = super().history_view(request, object_id, extra_context)
        return answer

    def history_form_view(
        self,
        request: HttpRequest,
        object_id: str,
        version_id: str,
        extra_context: Any = None,
    ) -> HttpResponse:
        _known(object_id, version_id)
        answer: HttpResponse = super().history_form_view(
            request, object_id, version_id, extra_context
        )
        return answer

    def save_formset(
        self, request: HttpRequest, form: Any, formset: Any, change: Any
    ) -> None:
        """The rows inside a row are remembered too."""
        rows = formset.save(commit=False)
        for row in formset.deleted_objects:
            row._history_user = request.user  # noqa: SLF001 - how the library asks
            row.delete()
        for row in rows:
            row._history_user = request.user  # noqa: SLF001
            row.save()
        formset.save_m2m()


def _known(*numbers: str) -> None:
    """No row has a key that is not a number."""
    if not all(number.isascii() and number.isdigit() for number in numbers):
        raise Http404


class Exchanged(Remembered):
    """Rows that can be brought in from a file and written out to one."""

    actions_list = ("bring_in", "write_csv", "write_xlsx")
    search_fields: tuple[str, ...] = ("code", "name_zh", "name_en")

    def get_readonly_fields(
        self, request: HttpRequest, obj: Model | None = None
    ) -> tuple[str, ...]:
        """Files and quotations know a row by its code."""
        return ("code",) if obj else ()

    @property
    def table(self) -> str:
        return table_of(self.model)

    @action(  # type: ignore[untyped-decorator]
        description=_("Import"), url_path="import", icon="upload"
    )
    def bring_in(self, request: HttpRequest) -> HttpResponse:
        """First show what a file would change; then do exactly that."""
        if "upload" in request.POST:
            return self._do(request)
        form = UploadForm(request.POST or None, request.FILES or None)
        if request.method != "POST" or not form.is_valid():
            return self._page(request, form)
        file: UploadedFile[Any] = form.cleaned_data["file"]
        return self._check(request, form, str(file.name), file.read())

    def _check(
        self, request: HttpRequest, form: UploadForm, name: str, content: bytes
    ) -> HttpResponse:
        try:
            report = exchange.examine(self.table, content, at=timezone.now())
        except BadFile as error:
            form.add_error("file", str(error))
            return self._page(request, form)
        if report.problems or not report.changes:
            return self._page(request, form, report=report, name=name)
        upload = secrets.token_urlsafe()
        cache.set(_place(request, upload), (name, content), CHECKED_FOR)
        return self._page(request, form, report=report, name=name, upload=upload)

    def _do(self, request: HttpRequest) -> HttpResponse:
        """Bring in what was checked; a second press finds it done."""
        place = _place(request, request.POST["upload"])
        name, content = cache.get(place) or ("", b"")
        if not content:
            text = gettext("This file was imported already, or an hour has passed.")
            self.message_user(request, text, messages.WARNING)
            return HttpResponseRedirect(self._list_address())
        report = exchange.bring_in(
            self.table,
            content,
            by=request.user,  # type: ignore[arg-type]
            at=timezone.now(),
            source=name,
            seen=request.POST.get("seen", ""),
        )
        if not report.done:
            text = gettext("Rows have changed meanwhile. Please check once more.")
            self.message_user(request, text, messages.WARNING)
            return self._check(request, UploadForm(), name, content)
        cache.delete(place)
        text = gettext("Imported: %(added)d new, %(changed)d changed.")
        counts = {"added": report.added, "changed": report.changed}
        self.message_user(request, text % counts, messages.SUCCESS)
        return HttpResponseRedirect(self._list_address())

    def _page(
        self, request: HttpRequest, form: UploadForm, **more: Any
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("Import"),
            "opts": self.opts,
            "form": form,
            "list_address": self._list_address(),
            **more,
        }
        return TemplateResponse(request, "admin/catalogue_import.html", context)

    def _list_address(self) -> str:
        return reverse(f"admin:catalog_{self.opts.model_name}_changelist")

    @action(  # type: ignore[untyped-decorator]
        description=_("Export as CSV"), url_path="export/csv", icon="download"
    )
    def write_csv(self, request: HttpRequest) -> HttpResponse:
        return self._file(Format.CSV)

    @action(  # type: ignore[untyped-decorator]
        description=_("Export as XLSX"), url_path="export/xlsx", icon="download"
    )
    def write_xlsx(self, request: HttpRequest) -> HttpResponse:
        return self._file(Format.XLSX)

    def _file(self, as_: Format) -> HttpResponse:
        content = exchange.export(self.table, as_=as_)
        return HttpResponse(
            content,
            content_type=CONTENT_TYPES[as_],
            headers={
                "Content-Disposition": f'attachment; filename="{self.table}.{as_}"'
            },
        )


def _place(request: HttpRequest, upload: str) -> str:
    """Where a checked file waits; nobody else finds it."""
    return f"catalogue-upload:{request.user.pk}:{upload[:64]}"


@admin.register(Quarantine)
class QuarantineAdmin(ReadOnly):
    list_display = ("serial_number", "device", "reason", "since", "by", "lifted_at")
    list_select_related = ("device", "by")
    list_filter = (("lifted_at", admin.EmptyFieldListFilter),)
    search_fields = ("serial_number", "device__code", "device__name_zh")


@admin.register(Device)
class DeviceAdmin(Exchanged):
    list_display = (
        "code",
        "name",
        "category",
        "daily_rent",
        "weekly_rent",
        "monthly_rent",
        "deposit",
        "delivery_class",
        "kept_back",
        "active",
    )
    list_filter = ("category", "delivery_class", "active")
    list_per_page = 100
    fieldsets = (
        (
            None,
            {
                "fields": (
                    *("code", "category", "name_zh", "name_en", "active"),
                    "units_kept_back",
                )
            },
        ),
        (
            _("Prices"),
            {
                "fields": (
                    ("daily_rent", "weekly_rent", "monthly_rent"),
                    ("deposit", "replacement_value"),
                )
            },
        ),
        (
            _("How well it suits, from 0 to 5"),
            {
                "fields": (
                    ("indoor_fixed", "outdoor_mobile"),
                    ("solo", "multi_interview"),
                    ("image_quality", "noise_reduction", "portability"),
                )
            },
        ),
        (
            _("Delivery and installation"),
            {"fields": (("delivery_class", "onsite_install", "install_minutes"),)},
        ),
        (
            _("What is told"),
            {
                "fields": (
                    ("pros_zh", "pros_en"),
                    ("cons_zh", "cons_en"),
                    ("cautions", "cautions_en"),
                    "spec",
                )
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Device]:
        found: QuerySet[Device] = super().get_queryset(request)
        standing = Count("quarantines", filter=Q(quarantines__lifted_at=None))
        return found.annotate(kept_back_count=standing)

    def get_readonly_fields(
        self, request: HttpRequest, obj: Model | None = None
    ) -> tuple[str, ...]:
        return (*super().get_readonly_fields(request, obj), "units_kept_back")

    @admin.display(description=_("units in quarantine"), empty_value="-")
    def units_kept_back(self, device: Device) -> str:
        """Their serial numbers; supervision keeps units back and lifts them."""
        known = Quarantine.objects.standing().exclude(device=None)
        standing = known.filter(device=device.pk)
        return ", ".join(standing.values_list("serial_number", flat=True))

    @admin.display(description=_("model"), ordering="name_zh")
    def name(self, device: Device) -> str:
        return device.name

    @admin.display(description=_("in quarantine"), ordering="kept_back_count")
    def kept_back(self, device: Device) -> int:
        return device.kept_back_count  # type: ignore[attr-defined,no-any-return]


class KitItemInline(TabularInline):
    model = KitItem
    extra = 0
    autocomplete_fields = ("device",)
    fields = ("device", "quantity")


@admin.register(Kit)
class KitAdmin(Exchanged):
    list_display = ("code", "name_zh", "name_en", "scene", "scale", "active")
    list_filter = ("scene", "scale", "active")
    fields = ("code", "name_zh", "name_en", "scene", "scale", "active")
    inlines = (KitItemInline,)


@admin.register(DiscountRule)
class DiscountRuleAdmin(Exchanged):
    list_display = (
        "code",
        "name_zh",
        "name_en",
        "off",
        "min_days",
        "cap",
        "stacks",
        "valid_from",
        "valid_to",
        "enabled",
    )
    list_filter = ("enabled", "stacks")
    fieldsets = (
        (None, {"fields": ("code", "name_zh", "name_en", "enabled")}),
        (_("Reduction"), {"fields": (("off", "cap", "stacks"),)}),
        (_("Conditions"), {"fields": (("min_days", "first_order", "kit"),)}),
        (_("When"), {"fields": (("valid_from", "valid_to"),)}),
    )


@admin.register(DeliveryZone)
class DeliveryZoneAdmin(Exchanged):
    list_display = (
        "code",
        "name_zh",
        "name_en",
        "method",
        "fee",
        "free_from",
        "standard_hours",
        "special_hours",
        "enabled",
    )
    list_filter = ("method", "enabled")


@admin.register(DepositWaiver)
class DepositWaiverAdmin(Exchanged):
    list_display = (
        "code",
        "name_zh",
        "name_en",
        "min_score",
        "waived",
        "max_value",
        "enabled",
    )


@admin.register(DamageGrade)
class DamageGradeAdmin(Exchanged):
    list_display = ("code", "name_zh", "name_en", "rule", "examples_zh")


@admin.register(Accessory)
class AccessoryAdmin(Exchanged):
    list_display = ("code", "name_zh", "name_en", "price", "enabled")


@admin.register(PaymentMethod)
class PaymentMethodAdmin(Exchanged):
    list_display = ("code", "name_zh", "name_en", "enabled")


@admin.register(Terms)
class TermsAdmin(Remembered):
    """One row: it can be changed, not added."""

    list_display = ("__str__", "changed")
    fieldsets = (
        (
            _("Lease"),
            {"fields": (("min_lease_days", "max_lease_days"), "day_grace_hours")},
        ),
        (_("Insurance"), {"fields": (("insurance_rate", "insurance_minimum"),)}),
        (
            _("Installation and operators"),
            {
                "fields": (
                    ("install_standard", "install_special"),
                    ("install_remote", "operator_per_day"),
                )
            },
        ),
        (
            _("Deposit"),
            {
                "fields": (
                    ("deposit_inspection_hours", "deposit_refund_working_days"),
                    "deposit_conditions_zh",
                    "deposit_conditions_en",
                    "deposit_arrival_zh",
                    "deposit_arrival_en",
                    "deduction_needs_zh",
                    "deduction_needs_en",
                )
            },
        ),
        (
            _("Late, early, unusable"),
            {
                "fields": (
                    ("overdue_grace_hours", "downtime_hours"),
                    ("overdue_occupation", "overdue_penalty"),
                    ("early_return_fee_days", "early_return_notice_hours"),
                )
            },
        ),
        (
            _("Cancellation and disputes"),
            {
                "fields": (
                    "cancel_lessor_days",
                    "cancellation_zh",
                    "cancellation_en",
                    "dispute_zh",
                    "dispute_en",
                )
            },
        ),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @admin.display(description=_("changed"))
    def changed(self, terms: Terms) -> datetime | None:
        newest = terms.history.first()
        return newest.history_date if newest else None
