"""Makes data/units.tsv and data/former_units.tsv from the MIT-licensed ``vietnamadminunits`` package's data.

Run by a person when the source changes, never at run time:
    python -m services.registry.derive FOLDER_OF_THE_UNPACKED_WHEEL/vietnamadminunits/data
"""

import json
import sqlite3
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"
REFORM, LONG_AGO = "2025-07-01", "1900-01-01"


def main(source: Path) -> None:
    """Writes both files."""
    store = sqlite3.connect(source / "dataset.db")
    converter = json.loads((source / "converter_2025.json").read_text(encoding="utf-8"))
    today = store.execute(
        "SELECT provinceCode, province, wardCode, ward, provinceKey, wardKey FROM admin_units ORDER BY wardCode").fetchall()
    units = sorted({(code, name, "") for code, name, *_ in today})
    units += [(ward_code, ward, code) for code, _, ward_code, ward, *_ in today if ward_code]
    _write("units.tsv", ("code", "name", "province_code", "valid_from"), [(*unit, REFORM) for unit in units])
    codes = {(province, ward): code for _, _, code, _, province, ward in today}
    successors = _successors(converter, codes)
    rows, lost = [], 0
    for code, ward, district, province, keys in _former(store):
        found = sorted(successors.get(keys, ()))
        lost += not found
        rows.append((code or "?", ward or "?", district, province, LONG_AGO, REFORM, " ".join(found) or "?"))
    _write("former_units.tsv", ("code", "name", "district", "province", "valid_from", "valid_to", "successors"), rows)
    sys.stdout.write(f"{len(units)} units, {len(rows)} former units, {lost} without a known successor\n")


def _former(store: sqlite3.Connection) -> list[tuple[str, str, str, str, str]]:
    return [(code, ward, district, province, f"{province_key}_{district_key}_{ward_key}")
            for code, ward, district, province, province_key, district_key, ward_key in store.execute(
                "SELECT wardCode, ward, district, province, provinceKey, districtKey, wardKey FROM admin_units_legacy"
                " WHERE ward IS NOT NULL ORDER BY provinceCode, districtCode, wardCode")]


def _successors(converter: dict[str, dict[str, dict[str, list[Any]]]], codes: dict[tuple[str, str], str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for province, wards in converter["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for ward, former in wards.items():
            for keys in former:
                found[keys].add(codes[province, ward])
    for province, divided in converter["DICT_PROVINCE_WARD_DIVIDED"].items():
        for keys, parts in divided.items():
            found[keys] |= {codes[province, part["newWardKey"]] for part in parts}
    return found


def _write(name: str, columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    lines = ["\t".join(row) for row in (columns, *rows)]
    (DATA / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
