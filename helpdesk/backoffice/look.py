"""How the back-office looks and what its side bar leads to (settings of unfold)."""

from collections.abc import Callable
from typing import Any, Final

from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _


def _file(name: str) -> Callable[..., str]:
    """Its address, asked for when there is a request: names carry hashes."""
    return lambda *_request: static(name)


def _item(title: Any, icon: str, address: str) -> dict[str, Any]:
    return {"title": title, "icon": icon, "link": reverse_lazy(address)}


JADE: Final = {
    "50": "#effaf6",
    "100": "#e1f1ed",
    "200": "#a9d5ca",
    "300": "#7cc5b4",
    "400": "#3cc0a4",
    "500": "#3cc0a4",
    "600": "#0b7462",
    "700": "#085c4e",
    "800": "#08493f",
    "900": "#063b33",
    "950": "#04211b",
}
INK: Final = {
    "50": "#f3f5f4",
    "100": "#eaeeec",
    "200": "#d9dfdd",
    "300": "#bccac6",
    "400": "#94a5a0",
    "500": "#5b6864",
    "600": "#43504c",
    "700": "#2a3633",
    "800": "#1c2624",
    "900": "#151d1b",
    "950": "#0e1413",
}

UNFOLD: Final[dict[str, Any]] = {
    "SITE_TITLE": _("Shoushi 守时"),
    "SITE_HEADER": _("Shoushi 守时"),
    "SITE_SUBHEADER": _("Back-office"),
    "SITE_URL": reverse_lazy("desk:inbox"),
    "SITE_ICON": _file("img/favicon.svg"),
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": _file("img/favicon.svg"),
        }
    ],
    "SHOW_LANGUAGES": True,
    "SHOW_VIEW_ON_SITE": False,
    "BORDER_RADIUS": "6px",
    "COLORS": {"base": INK, "primary": JADE},
    "STYLES": [_file("css/backoffice.css")],
    "ACCOUNT": {
        "navigation": [
            {"title": _("Second factor"), "link": reverse_lazy("mfa_index")},
            {"title": _("Password"), "link": reverse_lazy("account_change_password")},
        ]
    },
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": False,
        "navigation": [
            {
                "title": _("Daily work"),
                "items": [
                    _item(_("Desk"), "inbox", "desk:inbox"),
                    _item(_("Supervise"), "speed", "supervision:board"),
                ],
            },
            {
                "title": _("Staff"),
                "separator": True,
                "items": [
                    _item(_("People"), "group", "admin:staff_user_changelist"),
                    _item(
                        _("Departments"),
                        "apartment",
                        "admin:staff_department_changelist",
                    ),
                    _item(_("Shifts"), "schedule", "admin:staff_shift_changelist"),
                    _item(_("API tokens"), "key", "admin:staff_apitoken_changelist"),
                ],
            },
            {
                "title": _("Catalogue"),
                "separator": True,
                "items": [
                    _item(_("Devices"), "videocam", "admin:catalog_device_changelist"),
                    _item(_("Kits"), "inventory_2", "admin:catalog_kit_changelist"),
                    _item(
                        _("Discounts"),
                        "sell",
                        "admin:catalog_discountrule_changelist",
                    ),
                    _item(
                        _("Delivery zones"),
                        "local_shipping",
                        "admin:catalog_deliveryzone_changelist",
                    ),
                    _item(
                        _("Deposit waivers"),
                        "verified_user",
                        "admin:catalog_depositwaiver_changelist",
                    ),
                    _item(
                        _("Damage grades"),
                        "build",
                        "admin:catalog_damagegrade_changelist",
                    ),
                    _item(
                        _("Accessories"), "cable", "admin:catalog_accessory_changelist"
                    ),
                    _item(
                        _("Ways to pay"),
                        "payments",
                        "admin:catalog_paymentmethod_changelist",
                    ),
                    _item(
                        _("Rental terms"), "contract", "admin:catalog_terms_changelist"
                    ),
                    _item(
                        _("Quarantine"),
                        "block",
                        "admin:catalog_quarantine_changelist",
                    ),
                ],
            },
            {
                "title": _("Objections"),
                "separator": True,
                "items": [
                    _item(
                        _("Subtypes"), "category", "admin:objections_subtype_changelist"
                    ),
                    _item(
                        _("Demands"),
                        "front_hand",
                        "admin:objections_demandkind_changelist",
                    ),
                    _item(
                        _("Routes"), "alt_route", "admin:objections_route_changelist"
                    ),
                    _item(
                        _("Kinds of evidence"),
                        "fact_check",
                        "admin:objections_evidencekind_changelist",
                    ),
                    _item(
                        _("Articles of law"),
                        "balance",
                        "admin:objections_lawarticle_changelist",
                    ),
                    _item(
                        _("Measures"),
                        "handyman",
                        "admin:objections_measurekind_changelist",
                    ),
                    _item(
                        _("Approvals"),
                        "approval",
                        "admin:objections_approvalrule_changelist",
                    ),
                    _item(
                        _("Rules of frequency"),
                        "trending_up",
                        "admin:objections_frequencyrule_changelist",
                    ),
                ],
            },
            {
                "title": _("Order facts"),
                "separator": True,
                "items": [
                    _item(_("Orders"), "receipt_long", "admin:orders_order_changelist"),
                    _item(
                        _("Imports"),
                        "upload_file",
                        "admin:orders_importrun_changelist",
                    ),
                    _item(
                        _("Changed rows"),
                        "difference",
                        "admin:orders_rowchange_changelist",
                    ),
                ],
            },
            {
                "title": _("Service"),
                "separator": True,
                "items": [
                    _item(_("Channels"), "forum", "admin:tickets_channel_changelist"),
                    _item(
                        _("Scripts"),
                        "format_quote",
                        "admin:knowledge_script_changelist",
                    ),
                    _item(
                        _("Phrases"),
                        "speaker_notes_off",
                        "admin:knowledge_phrase_changelist",
                    ),
                    _item(
                        _("Policy versions"),
                        "gavel",
                        "admin:sla_policyversion_changelist",
                    ),
                    _item(
                        _("Calendars"),
                        "calendar_month",
                        "admin:sla_calendarversion_changelist",
                    ),
                ],
            },
        ],
    },
}

# Words of the kit that its own catalogue lacks in Chinese; ours has them.
KIT_WORDS: Final = (
    _("Apply Filters"),
    _("Changes"),
    _(
        "Choose a date from the list below to revert to a previous version of this"
        " object"
    ),
    _("Choose file to upload"),
    _("False"),
    _("General"),
    _("Go back"),
    _("More actions"),
    _("Next"),
    _("No results found"),
    _("No results matching your query"),
    _("Press the 'Revert' button below to revert to this version of the object."),
    _("Previous"),
    _("Reset filters"),
    _("Revert"),
    _("Run"),
    _("Select action"),
    _("Select action to run"),
    _("Select all rows"),
    _("Select record"),
    _("Select value"),
    _("System"),
    _("This page yielded into no results. Create a new item or reset your filters."),
    _("True"),
    _("Type to search"),
)
