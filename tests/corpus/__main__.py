"""Adds this version's bytes; what an earlier file holds already is not written again."""

import asyncio
import json
import sys
import tomllib
from pathlib import Path
from typing import Any

from services import registry
from services.demo.cases import PHARMACIST
from services.demo.doors import Doors
from services.demo.journey import Journey
from services.foundation import codec
from services.foundation.envelope import pack
from services.foundation.ports import Whole
from services.foundation.runtime import settings, wiring
from services.foundation.runtime.identity import Keys, Minter
from services.tracking.projector import SHOWN
from tests.handheld import Handheld, minting

from .filling import every_fact
from .meaning import KINDS, forget, plain, reader_of

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "tests" / "golden" / "facts"


def known() -> list[dict[str, Any]]:
    """All files, oldest first."""
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))]


async def a_life(home: Path) -> dict[str, Any]:
    """The streams of one dossier carried all the way and of the device that scanned it, with what they fold to."""
    chosen = settings.Settings(store="memory:", intake_port=0, courier_port=0, tracking_port=0, http_port=0, keys_dir=home)
    found_units = registry.load()
    office = found_units.office_of_unit(found_units.resolve_unit(place="xã Đất Mũi, tỉnh Cà Mau")[0].code)
    async with wiring.running(("intake", "courier", "tracking"), chosen) as running:
        doors = Doors({name: f"127.0.0.1:{port}" for name, port in running.ports.items()},
                      minting(Minter(Keys.load_or_make(home))))
        journey = Journey(doors, office.code, PHARMACIST)
        await journey.run()
        hand = await Handheld(operator="gdv", role="CLERK").enrol(doors)
        await doors.call("UploadBundle", hand.bundle(hand.scan(journey.parcel_codes[0])), hand)
        await doors.close()
        wholes = [whole for name in ("intake", "courier") for whole in await running.stores[name].streams.wholes("", 1000)]
        views = running.stores["tracking"].views
        return {"streams": [_stream(whole) for whole in wholes], "rows": {
            view: {row.key: plain(dict(row.value)) for row in await views.rows(view)} for view in SHOWN}}


def _stream(whole: Whole) -> dict[str, Any]:
    kind = next((each for each in KINDS if whole.subject.startswith(each.prefix)), None)
    forget()
    return {"subject": whole.subject, "records": [pack(fact).hex() for fact in whole.facts],
            "state": plain(kind.state_of(whole.facts)) if kind else None}


def main(home: Path) -> int:
    """Writes a file if anything is new; 0."""
    there = {(each["type"], each["data"]) for file in known() for each in file["facts"]}
    facts = []
    for fact in every_fact():
        name, data = codec.encode(fact)
        if (name, data.hex()) not in there:
            forget()
            facts.append({"type": name, "data": data.hex(), "meaning": plain(reader_of(name).decode(name, data))})
    if not facts:
        sys.stdout.write("nothing new\n")
        return 0
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    path = FOLDER / f"{len(known()) + 1:03d}-{version}.json"
    told = {"version": version, "facts": facts, **asyncio.run(a_life(home))}
    path.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(f"{path.relative_to(ROOT)}: {len(facts)} kinds of facts\n")
    return 0


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        sys.exit(main(Path(folder)))
