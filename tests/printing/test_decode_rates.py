"""How often codes are still read after what happens to labels, by damage and size. Writes out/decode-rates.json and prints it.

Seen by a camera of as many pixels as the print has dots (203 an inch): a handheld's is better.
"""

import json
import random
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageOps

from services.intake.labels.layout import QUIET, Bars, Block, Qr
from services.intake.labels.png import draw as as_png
from services.intake.labels.raster import paper
from tests.pictures import read_by_zbar, read_by_zxing

from . import renderers
from .damage import DAMAGES, harmed
from .samples import S10, SIGNED, URL

TIMES, TIMES_ZBAR, DOTS = 40, 8, 8.0
OUT = Path(__file__).resolve().parents[2] / "out" / "decode-rates.json"
# Of a hundred, read by zxing: the least that is let pass. Measured rates are in the file.
LEAST = {kind: dict(zip(DAMAGES, least, strict=True)) for kind, least in {
    "QR 32 mm": (100, 100, 100, 100, 95, 50, 95, 95),
    "QR 23 mm": (100, 100, 100, 100, 85, 5, 80, 85),
    "QR 18.5 mm": (100, 100, 100, 95, 50, 0, 60, 65),
    "signed QR, 4 dots a module": (100, 100, 100, 95, 20, 0, 95, 20),
    "signed QR, 3 dots a module": (100, 100, 95, 0, 0, 0, 85, 0),
    "S10 bars, 0.5 mm": (100, 100, 100, 95, 95, 95, 95, 95),
    "S10 bars, 0.25 mm": (100, 100, 95, 0, 95, 90, 90, 90),
}.items()}
# A printer has whole dots: the sizes that 29 modules and their quiet zone can have above and below 30 and 20 mm.
MODULES = {"QR 32 mm": 7, "QR 23 mm": 5, "QR 18.5 mm": 4}
rates: dict[str, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))


def printed(kind: str) -> tuple[Image.Image, str]:
    """The code alone on paper, with its quiet zone, and what it says."""
    sheet = paper("100X150", 203)
    if kind.startswith("S10"):
        module = 4 if "0.5" in kind else 2
        wide, text = sheet.measure.modules(S10, "BARS") * module, S10
        block, side = Block(160, (Bars(80, 24, module, 112, S10),), lasts=False), wide + 160
    else:
        text, level = (SIGNED, "M") if kind.startswith("signed") else (URL, "Q")
        module = int(kind.split()[2]) if kind.startswith("signed") else MODULES[kind]
        side = module * (sheet.measure.modules(text, level) + 2 * QUIET)
        block = Block(side, (Qr(0, 0, module, text, level),), lasts=False)
    image = renderers.png(as_png([block], sheet)).crop((0, 0, side, block.height))
    return ImageOps.expand(image, 24, 255), text


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("kind", LEAST)
def test_codes_are_read_after_what_happens_on_the_way(kind: str, damage: str, zbar: None) -> None:
    image, text = printed(kind)
    harms = [harmed(image, damage, random.Random(f"{kind}/{damage}/{number}"), DOTS, _leaning(kind)) for number in range(TIMES)]
    found = rates[kind][damage]
    found["zxing"] = round(100 * sum(text in read_by_zxing(each) for each in harms) / TIMES)
    found["zbar"] = round(100 * sum(text in read_by_zbar(each) for each in harms[:TIMES_ZBAR]) / TIMES_ZBAR)

    assert found["zxing"] >= LEAST[kind][damage], found


def _leaning(kind: str) -> float:
    """A QR may lie as it likes; through bars one straight line must pass, as the beam of a scanner does."""
    return 8 if kind.startswith("S10") else 45


@pytest.fixture(scope="module", autouse=True)
def told(request: pytest.FixtureRequest) -> Iterator[None]:
    """Writes the table when all have run."""
    yield
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps({"of": f"100 ({TIMES} seeds by zxing, {TIMES_ZBAR} by zbar)", "rates": rates}, indent=1) + "\n")
    lines = [f"{'read of 100, zxing / zbar':28}" + "".join(f"{damage:>16}" for damage in DAMAGES)]
    lines += [f"{kind:28}" + "".join(f"{of[damage]['zxing']:>10} / {of[damage]['zbar']:3}" if damage in of else " " * 16
                                     for damage in DAMAGES) for kind, of in rates.items()]
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        print("\n" + "\n".join(lines))
