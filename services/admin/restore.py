"""`restore`: puts a backup back into an empty installation, on whichever back end; refused unless everything in it holds.

Every fact waits for the relay afterwards: views and the log are made from the streams when the services start. Numbers go on far
behind the last that was given, because labels printed after the backup are not known to it. What was broken off goes on with the
same command.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from services.foundation.errors import Refused
from services.foundation.ports import Row
from services.foundation.runtime.wiring import RESTORES_VIEW

from . import findings, parts
from .backup import keys_of
from .console import Report, Steps
from .findings import Finding, Findings
from .installation import OWNERS, SERVICES, Installation, walk
from .republish import TOPICS

_AT_ONCE = 200


async def restored(over: Installation, folder: Path, steps: Steps, *, skip_numbers: int, other_keys: bool, dry_run: bool) -> Report:
    """Checks everything, then puts it back. Raises Refused BACKUP_…, KEYS_DIFFER, STORE_NOT_EMPTY, LOG_NOT_EMPTY."""
    manifest = parts.manifest(folder)
    if not other_keys:
        _check_keys(manifest["keys"], keys_of(over.chosen.keys_dir))
    goes_on = await _check_empty(over, manifest["moment"])
    found = _verified(folder, manifest, steps)
    if found.counts:
        first = found.told[0]
        raise Refused("BACKUP_DAMAGED", f"{sum(found.counts.values())} streams do not hold, first {first.kind} at "
                      f"{first.where} sequence {first.sequence}; take another backup", field="folder")
    if not dry_run:
        await _put_back(over, folder, manifest, steps, skip_numbers)
    return Report("restore", dry_run=dry_run, facts={
        "folder": str(folder), "moment": manifest["moment"], "streams": manifest["streams"], "facts": manifest["facts"],
        "private": manifest["private"], "went_on": goes_on, "numbers_skipped": skip_numbers})


def _check_keys(needed: dict[str, str], here: dict[str, str]) -> None:
    differ = [name for name, digest in needed.items() if name in ("seal.key", "index.key") and here.get(name) != digest]
    if differ:
        raise Refused("KEYS_DIFFER", f"bring {', '.join(differ)} of the installation that was backed up: without them nobody opens "
                      "what is sealed; --other-keys restores all the same", field="POSTAL_KEYS_DIR")


async def _check_empty(over: Installation, moment: str) -> bool:
    """Whether this backup was being put back already. Raises Refused unless the installation is empty or so."""
    begun = await over.stores["intake"].views.get(RESTORES_VIEW, moment)
    if begun is not None and begun.value["state"] == "begun":
        return True
    for service in SERVICES:
        stores = over.stores[service]
        if await stores.streams.wholes("", 1) or await stores.sequences.lasts():
            raise Refused("STORE_NOT_EMPTY", f"{service} holds facts or numbers; restore into new stores", field="POSTAL_STORE")
    for topic in TOPICS:
        if (await over.log.extent(topic))[1]:
            raise Refused("LOG_NOT_EMPTY", f"{topic} holds facts, perhaps later ones than the backup; give a new log",
                          field="POSTAL_LOG")
    return False


def _verified(folder: Path, manifest: dict[str, Any], steps: Steps) -> Findings:
    """Every part's hash and every stream's chain."""
    found = Findings()
    with steps.step("checking", total=len(manifest["parts"])) as on:
        for part in manifest["parts"]:
            for whole in parts.part_of(folder, part):
                wrong: Finding | None = findings.of_chain(part["service"], whole)
                if wrong:
                    found.add(wrong)
            on(1)
    return found


async def _put_back(over: Installation, folder: Path, manifest: dict[str, Any], steps: Steps, skip_numbers: int) -> None:
    await _mark(over, manifest["moment"], "begun", 1)
    with steps.step("putting back", total=len(manifest["parts"])) as on:
        for part in manifest["parts"]:
            wholes = parts.part_of(folder, part)
            for start in range(0, len(wholes), _AT_ONCE):
                _check_stored(await over.stores[part["service"]].streams.put_back(wholes[start:start + _AT_ONCE]), part["service"])
            on(1)
    for service, numbers in manifest["numbers"].items():
        for name, last in numbers.items():
            await over.stores[service].sequences.raise_to(name, last + skip_numbers)
    await _own_views(over)
    await _mark(over, manifest["moment"], "done", 2)


def _check_stored(answers: Sequence[bool], service: str) -> None:
    if not all(answers):
        raise Refused("STORE_NOT_EMPTY", f"{service} holds other facts of the same subjects", field="POSTAL_STORE")


async def _own_views(over: Installation) -> None:
    """What no consumer will make: the views beside streams that are never published."""
    for projection in over.live():
        if not projection.topics:
            async for page in walk(over.stores[projection.service].streams):
                await projection.project([fact for whole in page if projection.shows(projection.service, whole)
                                          for fact in whole.facts])


async def _mark(over: Installation, moment: str, state: str, number: int) -> None:
    for service in OWNERS:
        await over.stores[service].views.put_many(RESTORES_VIEW, [Row(key=moment, value={"state": state}, reflects=number)])
