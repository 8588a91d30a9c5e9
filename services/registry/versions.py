"""Registries that operators have loaded, each from its effective date on: facts of the stream registries/loaded, in every service.

A service takes the one that holds on the day it starts, else the one it was built with.
"""

import gzip
import hashlib
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from services.foundation import codec
from services.foundation.errors import Invalid, NotFound
from services.foundation.ports import Streams
from services.foundation.subjects import Decided, Kind

from .loading import load, rows
from .registry import Registry

FILES = ("units.tsv", "former_units.tsv", "procedures.tsv", "holidays.tsv")
Tables = Mapping[str, Sequence[Mapping[str, str]]]  # by file
_KEYS = {"holidays.tsv": ("scope", "date"), "former_units.tsv": ("code", "district")}


@dataclass(frozen=True, kw_only=True, slots=True)
class RegistryFile:
    """A file, gzip; ``sha256`` of its bytes unpacked."""

    name: str
    packed: bytes
    sha256: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RegistryLoaded:
    """A registry that holds from an ISO date on."""

    effective_date: str
    version: str
    files: tuple[RegistryFile, ...]


FACTS = codec.Registry()
FACTS.register("postal.admin.v1", RegistryLoaded)


def _unknown(_: str = "") -> NotFound:
    return NotFound("REGISTRY_UNKNOWN", "none was loaded", field="registry")


def _loaded(decided: Iterable[Decided]) -> tuple[RegistryLoaded, ...] | None:
    return tuple(fact for fact, _ in decided) or None


LOADED: Kind[tuple[RegistryLoaded, ...]] = Kind(prefix="registries/", topic=None, field="registry", facts=FACTS, fold=_loaded,
                                                unknown=_unknown)
SUBJECT = LOADED.subject_of("loaded")


async def effective(streams: Streams, day: date) -> Registry:
    """The registry that holds on a day: of those loaded for it or before, the newest date, and of one date the last loaded."""
    fact = holding(LOADED.state_of(await streams.read(SUBJECT)) or (), day)
    return opened(fact) if fact else built_in()


@cache
def built_in() -> Registry:
    """The one we were built with: one for all services of a process."""
    return load()


def holding(known: Sequence[RegistryLoaded], day: date) -> RegistryLoaded | None:
    """Which of those loaded holds on a day; None if none does."""
    mine = [each for each in known if each.effective_date <= day.isoformat()]
    return max(reversed(mine), key=lambda each: each.effective_date, default=None)


def fact_of(folder: Path, day: date, version: str) -> RegistryLoaded:
    """A folder's files as a fact. Raises Invalid REGISTRY_FILE_MISSING, and REGISTRY_ROW_BAD if it cannot be loaded."""
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        raise Invalid("REGISTRY_FILE_MISSING", f"the folder needs {', '.join(missing)}", field="folder")
    load(folder, version)
    contents = {name: (folder / name).read_bytes() for name in FILES}
    return RegistryLoaded(effective_date=day.isoformat(), version=version, files=tuple(
        RegistryFile(name=name, packed=gzip.compress(content, mtime=0), sha256=hashlib.sha256(content).hexdigest())
        for name, content in contents.items()))


def opened(fact: RegistryLoaded) -> Registry:
    """The registry of a fact. Raises Invalid REGISTRY_DAMAGED."""
    with tempfile.TemporaryDirectory() as home:
        unpacked(fact, Path(home))
        return load(Path(home), fact.version)


def unpacked(fact: RegistryLoaded, folder: Path) -> None:
    """A fact's files in a folder. Raises Invalid REGISTRY_DAMAGED."""
    for each in fact.files:
        content = gzip.decompress(each.packed)
        if hashlib.sha256(content).hexdigest() != each.sha256 or each.name not in FILES:
            raise Invalid("REGISTRY_DAMAGED", "a file is not what was loaded", field=each.name)
        (folder / each.name).write_bytes(content)


def differences(old: Tables, new: Tables) -> list[dict[str, str]]:
    """What changes from one set of tables to another: ``change`` ADDED, REMOVED or CHANGED, and which fields."""
    found = []
    for table in FILES:
        before, after = (_by_key(table, each.get(table, ())) for each in (old, new))
        for key in sorted(before.keys() | after.keys()):
            was, is_now = before.get(key), after.get(key)
            if was is None or is_now is None:
                found.append({"table": table, "key": key, "change": "ADDED" if was is None else "REMOVED", "fields": ""})
            elif was != is_now:
                changed = sorted(name for name in was.keys() | is_now.keys() if was.get(name) != is_now.get(name))
                found.append({"table": table, "key": key, "change": "CHANGED", "fields": " ".join(changed)})
    return found


def tables(folder: Path) -> Tables:
    """A folder's rows by file."""
    return {name: list(rows(folder / name)) for name in FILES}


def _by_key(table: str, lines: Sequence[Mapping[str, str]]) -> dict[str, Mapping[str, str]]:
    """Rows by what names them; rows of one name are told apart by their turn."""
    found: dict[str, Mapping[str, str]] = {}
    for line in lines:
        key = " ".join(line[name] for name in _KEYS.get(table, ("code",)))
        turn = 2
        while (name := key if turn == 2 else f"{key} #{turn - 1}") in found:
            turn += 1
        found[name] = line
    return found
