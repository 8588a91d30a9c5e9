"""codes.js says what codes.py says, also of what a Vietnamese typing method has changed."""

import json
import random
import subprocess
from pathlib import Path
from typing import Any

from services.foundation import codes
from services.foundation.errors import Invalid
from tests.pages.typing import typed

HERE = Path(__file__).parent
S10_SEEN = "RR473124829GB EE471108151FR EB000717618HK EU103280832VN LE704280574SE RH123456785VN RH000000014VN AS000000015VN".split()


def read(node: str, texts: list[str]) -> list[dict[str, Any]]:
    done = subprocess.run([node, str(HERE / "read_codes.js")], input=json.dumps(texts), capture_output=True, text=True, check=True)
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def by_python(text: str) -> dict[str, str]:
    for check, kind in ((codes.check_parcel_code, "parcel"), (codes.check_tracking_code, "tracking")):
        try:
            code = check(text)
        except Invalid:
            continue
        return {"kind": kind, "code": code, "grouped": codes.group_code(code)}
    return {"kind": "wrong"}


def test_both_languages_read_the_same_codes_and_refuse_the_same_errors(node: str) -> None:
    draw = random.Random(5)
    right = [*S10_SEEN, *(codes.parcel_code("RH", draw.randrange(10**8)) for _ in range(50)),
             *(codes.new_tracking_code(draw.getrandbits(60)) for _ in range(50))]
    wrong = [code[:at] + draw.choice("0123456789") + code[at + 1:] for code in right for at in (3, 7, 10)]
    texts = [*right, *(code.lower() for code in right), *(codes.group_code(code) for code in right), *wrong, "", "?", "A" * 500]

    for text, found in zip(texts, read(node, texts), strict=True):
        expected = by_python(text)
        assert {name: found.get(name) for name in expected} == expected, text


def test_a_label_says_its_code_and_version_whatever_the_host(node: str) -> None:
    code = codes.new_tracking_code(2026)
    forms = {f"HTTPS://POST.EXAMPLE/T/{code}": 1, f"HTTPS://POST.EXAMPLE:8443/T/{code}.2": 2, f"https://a.vn/t/{code}?lang=en": 1,
             f"{code}.12": 12, code: 1}

    for found, version in zip(read(node, list(forms)), forms.values(), strict=True):
        assert (found["kind"], found["code"], found["labelVersion"]) == ("tracking", code, version)


def test_what_telex_or_vni_made_of_a_code_is_read_as_it_was_or_not_at_all(node: str) -> None:
    draw = random.Random(17)
    originals = [*S10_SEEN, *(codes.new_tracking_code(draw.getrandbits(60)) for _ in range(400))]
    cases = [(code, method, damaged) for code in originals for method in ("TELEX", "VNI")
             if (damaged := typed(code, method)) not in (None, code)]
    answers = read(node, [damaged for _, _, damaged in cases])

    undone = 0
    for (code, method, damaged), found in zip(cases, answers, strict=True):
        assert found["kind"] == "wrong" or found["code"] == code, (code, method, damaged, found)
        if found["kind"] == "wrong":
            assert found["reason"] == "CODE_DAMAGED_BY_TYPING"
            assert not found["choices"] or code in {each["code"] for each in found["choices"]}
        undone += found["kind"] != "wrong"
    assert len(cases) > 250
    assert undone > 0.8 * len(cases)
    assert read(node, ["Ê471108151FR", "Á000000015VN", "RĐ00000001VN"])[0]["code"] == "EE471108151FR"
