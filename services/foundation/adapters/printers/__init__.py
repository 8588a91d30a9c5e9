"""Printers by their addresses: ``folder`` (files), ``tcp`` (raw, port 9100), ``ipp`` (CUPS and driverless printers).

One line names all: ``counter=tcp://10.0.0.5:9100?language=zpl&media=100x150&dpi=203&place=032248,files=folder:out/labels``.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from ...outlets import Printer, Reach
from .folder import FolderPrinter
from .ipp import IppPrinter
from .tcp import TcpPrinter

_LANGUAGES = ("PDF", "PNG", "SVG", "ZPL", "ESCPOS")
_MEDIA = ("100X150", "100X100", "ROLL_58", "ROLL_80")
_USUAL = {"folder": "PDF", "tcp": "ZPL", "ipp": "PDF"}
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")


def opened(text: str) -> Mapping[str, Printer]:
    """The printers a line names, by name; raises ValueError for a line that is not right. Nothing is connected yet."""
    found: dict[str, Printer] = {}
    for entry in filter(None, (part.strip() for part in text.split(","))):
        name, _, address = entry.partition("=")
        if not _NAME.fullmatch(name) or name in found:
            raise ValueError(name)
        found[name] = _printer(address)
    return found


def _printer(address: str) -> Printer:
    place, _, query = address.partition("?")
    kind = place.partition(":")[0]
    asked = dict(parse_qsl(query, strict_parsing=True)) if query else {}
    reach = Reach(language=asked.pop("language", _USUAL.get(kind, "")).upper(), dpi=int(asked.pop("dpi", "203")),
                  medium=asked.pop("media", "100x150").upper().replace("-", "_"), place=asked.pop("place", ""))
    if asked or reach.language not in _LANGUAGES or reach.medium not in _MEDIA or reach.dpi not in (203, 300):
        raise ValueError(address)
    if kind == "folder":
        return FolderPrinter(Path(place.removeprefix("folder:")), reach)
    parts = urlsplit(place)
    if kind == "tcp" and parts.hostname and parts.port:
        return TcpPrinter(parts.hostname, parts.port, reach)
    if kind == "ipp" and parts.hostname:
        return IppPrinter(parts.hostname, parts.port or 631, parts.path or "/ipp/print", reach)
    raise ValueError(address)


__all__ = ["FolderPrinter", "IppPrinter", "TcpPrinter", "opened"]
