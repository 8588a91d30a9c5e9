"""What is kept of a fact or a state, and whether it still means that: what this version adds is passed over."""

from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from services.admin.erasures import ERASURE
from services.admin.erasures import FACTS as ADMIN_FACTS
from services.courier.devices.stream import DEVICE
from services.courier.devices.stream import FACTS as DEVICE_FACTS
from services.courier.stream import FACTS as COURIER_FACTS
from services.courier.stream import PARCEL
from services.foundation import codec, kinds
from services.foundation.codec import Registry
from services.intake.printing.jobs import FACTS as PRINT_FACTS
from services.intake.stream import DOSSIER
from services.intake.stream import FACTS as INTAKE_FACTS
from services.registry.versions import FACTS as REGISTRY_FACTS
from services.tracking.facts_read import READ

OWNED: tuple[Registry, ...] = (INTAKE_FACTS, PRINT_FACTS, COURIER_FACTS, DEVICE_FACTS, ADMIN_FACTS, REGISTRY_FACTS)
READERS = (READ,)
KINDS = (DOSSIER, PARCEL, DEVICE, ERASURE)


def reader_of(type_name: str) -> Registry:
    """Who reads this kind of fact as its owner."""
    return next(each for each in OWNED if each.knows(type_name))


def forget() -> None:
    """What this process has kept in mind: the bytes alone are to tell."""
    codec._recent._kept.clear()
    kinds._states._kept.clear()


def plain(value: Any) -> Any:
    """A fact or state as JSON holds it."""
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, dict):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, tuple | list):
        return [plain(each) for each in value]
    if isinstance(value, set | frozenset):
        return sorted(plain(each) for each in value)
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes) else value


def still_means(kept: Any, now: Any, where: str = "") -> list[str]:
    """Where the meaning differs from what was kept; a field that is new does not count."""
    if isinstance(kept, dict) and isinstance(now, dict):
        return [each for name, value in kept.items() for each in (
            still_means(value, now[name], f"{where}.{name}") if name in now else [f"{where}.{name} is gone"])]
    if isinstance(kept, list) and isinstance(now, list) and len(kept) == len(now):
        pairs = enumerate(zip(kept, now, strict=True))
        return [each for number, pair in pairs for each in still_means(*pair, f"{where}[{number}]")]
    return [] if kept == now else [f"{where}: {kept!r} is now {now!r}"]
