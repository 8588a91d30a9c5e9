"""The counter page's pure modules under node; spreadsheets made by another hand than the page's own."""

import json
import os
import subprocess
import zipfile
from pathlib import Path

import pytest

HERE = Path(__file__).parent
BOOK = {
    "xl/workbook.xml": '<workbook xmlns:r="r"><sheets><sheet name="Hai" sheetId="7" r:id="rId9"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<Relationships><Relationship Target="worksheets/other.xml" Id="rId9" Type="t"/></Relationships>',
    "xl/sharedStrings.xml": "<sst><si><t>Họ tên</t></si><si><r><t>Số </t></r><r><t xml:space='preserve'>CC&amp;CD</t></r>"
                            "<rPh><t>nói</t></rPh></si><si><t/></si></sst>",
    "xl/styles.xml": '<styleSheet><numFmts><numFmt numFmtId="164" formatCode="dd/mm/yyyy;@"/></numFmts>'
                     '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
                     '<cellXfs><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs></styleSheet>',
    "xl/worksheets/other.xml":
        '<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="s"><v>1</v></c></row>'
        '<row r="2"/><row r="4"><c r="A4" t="inlineStr"><is><t>Nguy\u1ec5n &#7846;n</t></is></c>'
        '<c r="B4"><f>1+1</f><v>9.6185001234E+10</v></c>'
        '<c r="C4" s="1"><v>46352</v></c><c r="D4" t="str"><f>A4</f><v>&lt;x&gt;</v></c>'
        '<c r="E4" t="e"><v>#N/A</v></c><c r="F4" t="b"><v>1</v></c></row></sheetData></worksheet>',
}
CELLS = [{"line": 1, "cells": ["Họ tên", "", "Số CC&CD"]},
         {"line": 4, "cells": ["Nguyễn Ần", "96185001234", "2026-11-26", "<x>", "", "có"]}]


@pytest.mark.parametrize("name", sorted(path.name for path in (HERE / "counter").glob("*.test.js")))
def test_the_counters_pure_modules(node: str, name: str, tmp_path: Path) -> None:
    workbook = tmp_path / "book.xlsx"
    with zipfile.ZipFile(workbook, "w", zipfile.ZIP_DEFLATED) as archive:
        for inside, text in BOOK.items():
            archive.writestr(inside, text)
    done = subprocess.run([node, "--test", str(HERE / "counter" / name)], capture_output=True, text=True, check=False,
                          env={**os.environ, "WORKBOOK": str(workbook), "EXPECTED": json.dumps(CELLS)})

    assert done.returncode == 0, done.stdout[-4000:]
    assert "# skipped 0" in done.stdout
