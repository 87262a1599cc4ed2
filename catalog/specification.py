"""A device's specification in words: labels, units, and yes or no.

The specification is free JSON that people edit: a key without a label here is shown as
it is written, a value of any shape as text.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

LABELS: Final[dict[str, Promise]] = {
    "max_video": gettext_lazy("Largest picture"),
    "sensor": gettext_lazy("Sensor"),
    "zoom": gettext_lazy("Optical zoom"),
    "stabilizer": gettext_lazy("Stabiliser"),
    "ai_tracking": gettext_lazy("Follows by itself"),
    "interface": gettext_lazy("Connectors"),
    "connector": gettext_lazy("Connector"),
    "xlr": gettext_lazy("XLR inputs"),
    "input": gettext_lazy("Inputs"),
    "uplink": gettext_lazy("Uplink"),
    "bonding": gettext_lazy("Bonded networks"),
    "protocol": gettext_lazy("Protocols"),
    "codec": gettext_lazy("Codecs"),
    "stream": gettext_lazy("Streams by itself"),
    "multiview": gettext_lazy("Multiview"),
    "iso_record": gettext_lazy("Records each input"),
    "intercom": gettext_lazy("Intercom"),
    "audio_embed": gettext_lazy("Sound in the signal"),
    "channels": gettext_lazy("Channels"),
    "mic": gettext_lazy("Microphone inputs"),
    "phantom": gettext_lazy("Phantom power"),
    "usb_loopback": gettext_lazy("USB loopback"),
    "dsp": gettext_lazy("Sound processing"),
    "fx": gettext_lazy("Effects"),
    "multitrack": gettext_lazy("Records each track"),
    "type": gettext_lazy("Type"),
    "tx": gettext_lazy("Transmitters"),
    "range_m": gettext_lazy("Range"),
    "latency_ms": gettext_lazy("Latency"),
    "noise_cancel": gettext_lazy("Noise cancelling"),
    "internal_rec": gettext_lazy("Records inside"),
    "rec_32bit_float": gettext_lazy("32-bit float recording"),
    "power_w": gettext_lazy("Power"),
    "cct_k": gettext_lazy("Colour temperature"),
    "cri": gettext_lazy("Colour rendering (CRI)"),
    "battery": gettext_lazy("Battery"),
    "battery_min": gettext_lazy("Battery lasts"),
    "payload_g": gettext_lazy("Carries"),
    "weight_g": gettext_lazy("Weight"),
    "screen_in": gettext_lazy("Screen"),
    "nits": gettext_lazy("Brightness"),
    "for": gettext_lazy("Made for"),
    "wifi": gettext_lazy("WiFi"),
    "capacity_wh": gettext_lazy("Capacity"),
    "output_w": gettext_lazy("Output"),
}
PLACES: Final = {key: place for place, key in enumerate(LABELS)}
UNITS: Final = {
    "range_m": "m",
    "latency_ms": "ms",
    "power_w": "W",
    "output_w": "W",
    "cct_k": "K",
    "capacity_wh": "Wh",
    "payload_g": "g",
    "weight_g": "g",
    "nits": "nit",
}
PLAIN: Final[dict[str, Promise]] = {
    "dynamic": gettext_lazy("dynamic"),
    "tablet": gettext_lazy("tablets"),
    "studio": gettext_lazy("studios"),
    "noise_gate": gettext_lazy("noise gate"),
    "comp": gettext_lazy("compressor"),
    "eq": gettext_lazy("equaliser"),
    "3-axis": gettext_lazy("3 axes"),
    "FF": gettext_lazy("full frame"),
    "1in": gettext_lazy("1 inch"),
}


def described(spec: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Label and value of each entry, in the order of the labels here."""
    return [(label(key), value(key, spec[key])) for key in ordered(spec)]


def ordered(keys: Iterable[str]) -> list[str]:
    """The keys as people read them: what matters first, unknown ones last."""
    return sorted(keys, key=lambda key: (PLACES.get(key, len(PLACES)), key))


def label(key: str) -> str:
    return str(LABELS.get(key, key.replace("_", " ")))


def value(key: str, found: Any) -> str:
    """One value with its unit."""
    if isinstance(found, bool):
        return _("yes") if found else _("no")
    if isinstance(found, list):
        return ", ".join(value("", one) for one in found)
    if isinstance(found, Mapping):
        return ", ".join(f"{count} × {name}" for name, count in found.items())
    if key == "battery_min" and isinstance(found, int):
        return _minutes(found)
    if key == "screen_in":
        return _("%(n)s inches") % {"n": found}
    text = str(PLAIN.get(str(found), found))
    return f"{text} {UNITS[key]}" if key in UNITS else text


def _minutes(count: int) -> str:
    if not count:
        return _("no battery")
    return ngettext("%(n)d minute", "%(n)d minutes", count) % {"n": count}
